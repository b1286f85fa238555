"""Pages for a report's files: the list, the viewer, which frames the files site, and downloading an original."""
