"""The partner site: disclosures to a partner and the keys of its people.

It runs as its own process on its own origin.
"""
