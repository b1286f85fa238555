"""Pages for notices, the companies they go to, and messages to reporters. Start at `notices.py`."""
