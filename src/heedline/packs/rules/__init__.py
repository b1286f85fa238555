"""The rules of a jurisdiction, defined as data in its pack."""
