"""The path of a report: submit, take, assess, hand over, close, reopen. Start with `transitions.py`."""
