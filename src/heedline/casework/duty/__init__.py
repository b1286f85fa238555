"""Duty rotas, alarms and paging.

Start reading at `duty/alarms.py`.
"""
