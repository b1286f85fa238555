"""Pages for a report, its queue and the decisions about it."""
