"""Texts of a pack in each language."""
