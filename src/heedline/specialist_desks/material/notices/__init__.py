"""Notices to companies: what one says, when it may not be sent, and how it is written.

Start with `content.py`. Nothing about a report or a reporter is part of a notice.
"""
