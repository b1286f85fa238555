"""The log: who looked at what, who changed what, who was refused.

What lives here: a closed vocabulary of acts, one insert-only table, one function that writes to it. What never does:
foreign keys (erasure must not break history), names, texts, receipt codes. Start reading at `acts.py`.
"""
