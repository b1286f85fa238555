"""Views of items for examiners: the queue by priority, one item, a report's items, and search.

Start with `reading.py`. Everything is read from the sealed index in an unlocked session, and viewing an item is logged.
"""
