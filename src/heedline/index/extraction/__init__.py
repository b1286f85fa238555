"""Extracts values that can link a report to others, and compares reports by those values.

Plain Python, without storage. Start with `extract.py`, which reads the values, `keys.py`, which makes index keys from
them, and `comparison.py`, which finds what two reports share.
"""
