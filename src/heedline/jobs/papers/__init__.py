"""Documents generated from the code and the pack. Start at ``reference``."""
