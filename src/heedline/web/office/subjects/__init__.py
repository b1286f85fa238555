"""Pages of subjects. Start reading at `subject_pages.py`."""
