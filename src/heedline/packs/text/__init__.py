"""The texts of a pack in each language."""
