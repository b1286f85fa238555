"""Tasks on reports, each with an owner and a due time, handover notes between shifts, and notices to former owners.

Start with `tasks.py`.
"""
