"""Opening or tracing a reporter's identity, decided by two people. Start with `requests.py`."""
