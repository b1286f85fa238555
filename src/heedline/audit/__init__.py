"""The audit log of views, changes and refusals.

The package has a closed vocabulary of acts, one insert-only table and one function that writes to it.
The table never holds foreign keys (erasure must not break the history), names, texts or receipt codes.
Start reading at `acts.py`.
"""
