"""Read the values of a report that can link it to others, and compare two reports by them. Plain Python, no storage.

Start with `extract.py` (what is read), `keys.py` (under what it is found) and `comparison.py` (what two reports share).
"""
