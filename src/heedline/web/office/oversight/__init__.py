"""Pages for overseers: the log, conflicts of interest, dip sampling."""
