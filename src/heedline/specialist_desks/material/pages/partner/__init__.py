"""The page of the partner process on which a company acknowledges and answers a notice, opened by a token alone.

Nothing here opens anything sealed: the process holds no key of the desk.
"""
