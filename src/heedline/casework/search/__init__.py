"""Searching the reports of one's desks: the sealed index of each desk, what is put into it, and searches.

`searching.py` is what officers do; `indexing.py` is what keeps an index up to date.
"""
