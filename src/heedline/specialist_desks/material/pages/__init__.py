"""The desk's pages: the queue, an item, its evidence, notices, figures, welfare, and the page of a company.

Start with `queue.py` and `item.py`. Rules and queries are in the rooms below; a page calls a verb and renders its answer.
"""
