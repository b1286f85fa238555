"""Drafts, rate limits and page counts of the public site, and the batching of arrivals.

Start reading at `intake/drafting.py`.
"""
