"""Pages on which officers write and review disclosures to partners."""
