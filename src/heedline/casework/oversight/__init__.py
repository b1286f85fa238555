"""Oversight: the log, conflicts of interest, dip sampling and daily counts of what desks do.

For overseers and second reviewers. Start with `log_view.py`.
"""
