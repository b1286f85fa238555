"""Delivery of notices and the companies' answers, through the pack's channels, the courier and the company's page.

Start with `dispatching.py`, which hands one notice to the process in `courier.py`. `attempts.py` says what the attempts
amount to and when the next is due; `company_page.py` runs in the partner process, which holds no key of the desk.
"""
