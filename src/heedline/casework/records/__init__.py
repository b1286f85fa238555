"""Sealed records that belong to a specialist desk rather than to a report. Start at `desk_parts.py`."""
