"""The life of a report: submit, take, assess, hand over, close and reopen.

Start with `transitions.py`.
"""
