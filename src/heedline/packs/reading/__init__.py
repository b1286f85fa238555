"""Read and validate a pack's files."""
