"""Finding, opening and sealing of reports, and notes on them, as used by all verbs.

Start reading at `verb.py`.
"""
