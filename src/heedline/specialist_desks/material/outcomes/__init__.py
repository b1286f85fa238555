"""Outcomes of items: messages to reporters, statistics for a period, and disposal.

Start with `telling.py` for reporters and `figures.py` for figures. `disposing.py` destroys an item with its
examinations, evidence and notices, by two people and once no report names it; `former.py` keeps what figures count of it,
and `restoring.py` does the same again after a restore.
"""
