"""The desk for online material: examining what the public reports, and getting what is illegal removed.

Rules need no database: `locators/` says which addresses are one item, `hashes.py` which pictures and texts
are alike, `notices/` what a company may be sent, `liveness.py` whether something is still there.
"""
