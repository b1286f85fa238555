"""The life cycle of a report, from submission to closing and reopening.

Start with `transitions.py`.
"""
