"""Pages for overseers: the audit log, conflicts of interest and dip sampling."""
