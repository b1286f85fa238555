"""Files of a report: the list, the viewer that frames the files site, and taking an original out."""
