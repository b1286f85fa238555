"""Backup and restore, with a canary report that proves a restore.

Start with `backup.py`.
"""
