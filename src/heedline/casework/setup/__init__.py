"""Organisations, desks, officers and their keys, set up by stewards. Start with `setup/stewardship.py`."""
