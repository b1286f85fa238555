"""Searching the reports of one's desks, and who searched how much."""
