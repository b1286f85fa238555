"""Reading and validation of a pack's files."""
