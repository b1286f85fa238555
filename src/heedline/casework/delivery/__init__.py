"""Deliver letters to people outside the service, from an unlocked session, through a process that holds no key.

Start with `carrying.py`, which hands one letter to the process in `courier.py`. `attempts.py` says what the attempts
amount to and when the next is due. The desk whose letter it is keeps the attempts.
"""
