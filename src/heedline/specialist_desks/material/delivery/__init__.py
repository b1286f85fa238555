"""Deliver notices to companies through the pack's channels, and receive the companies' answers.

Start with `dispatching.py`, which hands one notice to the process in `courier.py`. `attempts.py` says what the attempts
amount to and when the next is due; `company_page.py` runs in the partner process, which holds no key of the desk.
"""
