"""Disclosures to partners: write, review, release, acknowledge, reply, withdraw. Start with `outgoing.py`."""
