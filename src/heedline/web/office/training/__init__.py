"""Pages for training records."""
