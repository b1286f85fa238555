"""Retention of reports, with reviews, holds, disposal and data subject requests.

Start with `retention/keeping.py`.
"""
