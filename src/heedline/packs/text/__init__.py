"""The wording of a pack in each of its languages."""
