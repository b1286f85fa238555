"""Oversight: the log, conflicts of interest and dip sampling.

For overseers and second reviewers. Start with `log_view.py`.
"""
