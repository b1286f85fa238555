"""Finding, opening and sealing reports, and notes on them, for all verbs.

Start reading at `verb.py`.
"""
