"""Pages for a report's files: the list, the viewer that frames the files site, and original downloads."""
