"""Signing in, unlocking keys, sessions and saved forms.

Start reading at `session.py`.
"""
