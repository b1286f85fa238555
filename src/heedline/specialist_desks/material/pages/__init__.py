"""The online material desk's pages: queue, items, evidence, notices, figures, welfare and company pages.

Start with `queue.py` and `item.py`. Rules and queries are in the rooms below; a page calls a verb and renders its answer.
"""
