"""What examiners are shown of items: the queue in order of priority, one item, the items of a report, and a search.

Start with `reading.py`. Everything is read from the sealed index in an unlocked session, and viewing an item is logged.
"""
