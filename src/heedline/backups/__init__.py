"""Backup and restore of an installation, with report bodies stored apart from the key store.

This package refers to tables by name, not by class.

Anything that can open sealed data (keys, headers, half keys, sign-in) goes to the *key store*, whose
copies are kept for at most 30 days. Everything else goes to the *bodies*, whose copies may be kept for
years and cannot be opened without a key store. See ADR 13.
"""
