"""The oversight log, conflicts of interest, dip sampling and daily counts of desks' work.

For overseers and second reviewers. Start with `log_view.py`.
"""
