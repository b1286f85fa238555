"""Safeguarding cases: a person who may be drawn into terrorism, from the first report to the last review. Start at `registration.py`."""
