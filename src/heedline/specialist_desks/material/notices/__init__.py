"""Notices to companies: their content, the reasons for refusing one, and their forms.

Start with `content.py`. Nothing about a report or a reporter is part of a notice.
"""
