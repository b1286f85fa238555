"""Pages for writing and reviewing disclosures to partners."""
