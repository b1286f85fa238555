"""Comparison of reports across desks and with the interest register.

`matching.py` runs in sessions of the linking desk. `desk_notices.py` sends the results to other desks, `questions.py`
lets two desks ask each other about a match, `interests.py` is the register, and `deconfliction.py` finds the officers
who must be contacted before anyone acts.
"""
