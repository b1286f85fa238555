"""Organisations, desks, officers and their keys, as set up by stewards.

Start reading at `setup/stewardship.py`.
"""
