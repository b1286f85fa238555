"""View data for queues: their lines, filters, figures, and reports chosen in bulk.

Start with `queue.py`.
"""
