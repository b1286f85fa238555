"""Messages and calls between a desk and a reporter.

Start with `messages.py`.
"""
