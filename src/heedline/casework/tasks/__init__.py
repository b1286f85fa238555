"""Tasks on reports, each with an owner and a due time, and hand-over notes between shifts.

Start with `tasks.py`.
"""
