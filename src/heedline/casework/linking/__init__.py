"""Comparison of reports across desks and with the interest register.

`matching.py` runs in sessions of the linking desk. `desk_notices.py` tells other desks what it found, `questions.py` lets two
desks ask each other, `interests.py` is the register, and `deconfliction.py` says whether anybody must be contacted.
"""
