"""Drafts, rate limits and page counts of the public site, and the settling of arrivals.

Start reading at `intake/drafting.py`.
"""
