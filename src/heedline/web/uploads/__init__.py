"""Uploads into drafts, on the public site and for calls and letters.

Start reading at `finding.py`: a site says which of its addresses take files and which draft a request belongs to.
`incoming_files.py` takes a form with one file apart while it arrives, `incoming_parts.py` one part of a resumable
upload, and `resumable.py` has the views of tus 1.0.
"""
