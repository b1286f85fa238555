"""The gateway between granian, the HTTP server, and Django.

It reads each request in full before a thread handles it, answers some requests ahead of Django, and groups requests
that are waiting at the same time. Start with `front.py`, which granian calls; then `workers.py` and `groups.py`.
"""
