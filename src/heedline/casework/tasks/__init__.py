"""Tasks on reports, each with an owner and a due time, and the hand-over note of a shift.

Start with `tasks.py`.
"""
