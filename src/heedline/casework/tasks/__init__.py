"""Tasks on reports, each with an owner and a due time, and handover notes between shifts.

Start with `tasks.py`.
"""
