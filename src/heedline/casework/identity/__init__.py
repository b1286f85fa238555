"""Requests to open or trace a reporter's identity, each decided by two people.

Start with `requests.py`.
"""
