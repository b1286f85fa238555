"""The life cycle of a report, from submission to closing and reopening.

Start with `submission.py`, which sends a report, and `transitions.py`, which moves it on.
"""
