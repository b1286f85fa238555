"""Sealed records of a specialist desk, which belong to the desk and to no report. Start reading at `desk_parts.py`."""
