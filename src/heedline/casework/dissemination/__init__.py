"""Disclosures to partners: write, review, release, acknowledge, reply and withdraw.

Start with `outgoing.py`.
"""
