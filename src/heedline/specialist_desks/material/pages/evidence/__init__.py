"""Pages of an item's evidence: capturing, checking, uploading, viewing a file, exporting. Start at `evidence.py`."""
