"""Notices to companies: writing one, its approval, sending it, and following it until it is closed or withdrawn.

Start with `composing.py`, then `sending.py` and `following.py`; `found_notice.py` has the steps that these verbs share.
`standing.py` collects the facts that `notice_rules/refusals.py` judges, and `due.py` says what a notice waits for and
raises its alarm.
"""
