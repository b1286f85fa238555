"""Django settings, URL configurations and the WSGI application of each process.

Start with `settings.py`; `wsgi.py` puts together what a web process serves.
"""
