"""Practice on invented reports and calls."""
