"""Backup and restore, and the canary report that proves a restore.

Start with `backup.py`.
"""
