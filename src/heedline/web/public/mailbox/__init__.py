"""The mailbox, which a receipt code opens, with the status, messages from officers and replies.

Start reading at `messages`. It never shows the report.
"""
