"""The rules of a jurisdiction, as data of its pack."""
