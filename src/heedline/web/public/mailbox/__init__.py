"""The mailbox, opened with a receipt code: the report's status, officers' messages and replies.

Start reading at `messages`. It never shows the report.
"""
