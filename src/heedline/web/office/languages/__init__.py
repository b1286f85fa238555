"""Pages on languages, translations and language skills."""
