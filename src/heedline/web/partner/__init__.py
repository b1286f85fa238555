"""The partner site, for disclosures to a partner and the keys of the partner's staff.

It runs as its own process on its own origin.
"""
