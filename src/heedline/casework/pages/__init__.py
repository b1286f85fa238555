"""What officers are shown, as frozen dataclasses: queue, report, first page, identity requests. Start with `pages/case_file.py`."""
