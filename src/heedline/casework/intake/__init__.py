"""Drafts, rate limits and page counts for the public site, and the batching of arrivals.

Start reading at `intake/drafting.py`.
"""
