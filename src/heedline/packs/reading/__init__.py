"""Reading and validating the files of a pack."""
