"""The languages of reports, and translations by officers.

Start with `language/languages.py`.
"""
