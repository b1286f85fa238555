"""Disclosures to partners, from writing and review to acknowledgement, reply and withdrawal.

Start with `outgoing.py`.
"""
