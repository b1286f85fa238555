"""View data for officers' pages as frozen dataclasses: reports, home page and identity requests; queues in `queues/`.

Start with `pages/case_file.py`.
"""
