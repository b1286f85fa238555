"""Signing in, unlocking keys, sessions and saved forms. Start with `session.py`."""
