"""Pages for languages, translations and language skills."""
