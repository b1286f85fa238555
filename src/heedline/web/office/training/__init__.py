"""Pages of training records."""
