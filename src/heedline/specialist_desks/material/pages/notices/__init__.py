"""Pages of notices, of the companies they go to, and of messages to reporters. Start at `notices.py`."""
