"""Pages for an item's evidence: capture, checks, uploads, viewing and export. Start at `evidence.py`."""
