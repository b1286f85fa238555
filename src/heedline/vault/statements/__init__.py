"""Signed statements: the rules for accepting them, and the directory of public keys built from them.

Start at ``verification``.
"""
