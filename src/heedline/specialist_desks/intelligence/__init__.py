"""Intelligence reports (3x5x2): what desks write from reports, in a form that others may read. Start at `registration.py`."""
