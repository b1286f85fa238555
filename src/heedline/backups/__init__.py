"""Copies of an installation, and what becomes of them: bodies apart from the key store. Knows tables by name, not by class.

What opens something (keys, headers, half keys, sign-in) goes to the *key store* and its copies live at most 30 days; all
else goes to the *bodies*, whose copies may live for years and open nothing without a key store. See ADR 13.
"""
