"""Files on their way into a draft, on the public site and while a call or letter is taken.

Start reading at `finding.py`: a site says which of its addresses take files and which draft a request belongs to.
`incoming_files.py` takes a form with one file apart while it arrives, `incoming_parts.py` one part of a resumable
upload, and `resumable.py` has the views of tus 1.0.
"""
