"""View data for queues, with their lines, filters, figures and bulk selections.

Start with `queue.py`.
"""
