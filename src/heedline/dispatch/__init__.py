"""Outgoing notifications: letters in the outbox, alarms and pages.

This package holds two tables, the rules for deadlines and the paging chain (plain Python, no Django),
and the delivery channels. It never decides who may do what, never holds decrypted text, and never sends
a page that says what it is about. Start reading at `letters.py`.
"""
