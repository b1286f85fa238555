"""The mailbox, which a receipt code opens: status, messages from officers and replies to them.

Start reading at `messages`. It never shows the report.
"""
