"""Examination of items: the facts, the legal test for each provision, second review and examiner welfare.

Start with `law.py`, which reads the provisions of the pack and computes an outcome from answers; `examining.py` has the
verbs. `exposure.py` says when a break is due, and `welfare.py` keeps each examiner's account. `referrals.py` raises the
alarm when child abuse material has not reached its unit in time.
"""
