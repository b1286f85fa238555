"""Sealed records that belong to a specialist desk rather than to a report. See `desk_parts.py` first."""
