"""Rules of a jurisdiction, as data of its pack."""
