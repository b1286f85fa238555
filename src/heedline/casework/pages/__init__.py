"""View data for officers' pages, as frozen dataclasses.

Covers reports, the home page and identity requests. View data for queues is in `queues/`. Start with
`pages/case_file.py`.
"""
