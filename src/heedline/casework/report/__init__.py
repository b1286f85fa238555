"""Finds, opens and seals reports and their notes, for use by all officer actions.

Start reading at `verb.py`.
"""
