"""Subjects: the people, vehicles, places and accounts that officers link reports to.

Start reading at `changing.py`, then `finding.py`. What an entry is, and why a subject has no row of its own, is in
`casework/search/subject_entries.py`.
"""
