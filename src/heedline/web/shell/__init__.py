"""Shared parts of office pages: a report's bar and tabs, saved text, edit conflicts and versions.

Start with `report_page.py`. The partner site takes `saved_words.py` and the notice that goes with it.
"""
