"""Training records and language skills of officers. Start with `people/training.py`."""
