"""The partner process's page for companies, which need only a token to acknowledge and answer a notice.

Nothing here opens anything sealed: the process holds no key of the desk.
"""
