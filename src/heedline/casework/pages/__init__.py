"""View data for officers' pages as frozen dataclasses: queues, reports, home page and identity requests.

Start with `pages/case_file.py`.
"""
