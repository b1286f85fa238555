"""Finding, opening and sealing of reports and their notes, shared by all officer actions.

Start reading at `verb.py`.
"""
