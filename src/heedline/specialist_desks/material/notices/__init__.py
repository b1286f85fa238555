"""Notices to companies: drafting, approval, sending, and follow-up until they are closed or withdrawn.

Start with `composing.py`, then `sending.py` and `following.py`; `found_notice.py` has the steps that these verbs share.
`standing.py` collects the facts that `notice_rules/refusals.py` judges, and `due.py` says what a notice waits for and
raises its alarm.
"""
