"""What every verb on a report shares: finding, opening, sealing, notes. Start with `verb.py`."""
