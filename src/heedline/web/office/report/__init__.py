"""Pages of one report, its queue, and what is decided about it."""
