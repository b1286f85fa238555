"""Search across the reports at an officer's desks.

Covers each desk's sealed index, its content, and searches. `searching.py` holds officers' searches, and
`indexing.py` keeps an index up to date.
"""
