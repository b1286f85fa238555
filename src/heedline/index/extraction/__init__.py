"""Extracts values that can link a report to others, and compares reports by those values.

Plain Python, without storage. Start with `extract.py` (what is read), `keys.py` (under what it is found) and
`comparison.py` (what two reports share).
"""
