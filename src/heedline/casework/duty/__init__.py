"""Who is on duty, what is overdue, and who is paged. Start with `duty/alarms.py`."""
