"""Training records and language skills of officers.

Start reading at `people/training.py`.
"""
