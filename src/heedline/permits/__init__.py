"""Permissions, which decide who may do what to which report.

`capabilities.py` names what can be done, `roles.py` says which role may do it, `rules.py` says what else
must hold, `scopes.py` says what a person can find at all, and `gate.py` makes the check.
`heedline.database` repeats these rules in SQL, so that a query without its scope still returns nothing.
State changes and HTTP do not belong here.
"""
