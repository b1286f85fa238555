"""Intelligence products (3x5x2): what one says, what is missing from it, and what in it could identify the source.

Start with `content.py`. Plain Python without a query: a specialist desk stores products and moves them.
"""
