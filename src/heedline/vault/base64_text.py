"""Strict base64, which accepts exactly one encoding of any byte string.

The last character of a base64 text has up to four unused bits, which Python ignores. One signature could
then be encoded in several ways, and a changed byte would go unnoticed. Any text that this module would
not have written is rejected.
"""

from __future__ import annotations

from base64 import b64decode, b64encode


def to_base64(data: bytes) -> str:
    """Return the bytes as base64 text."""
    return b64encode(data).decode()


def from_base64(text: str) -> bytes:
    """Return the bytes that a base64 text encodes.

    Raises ``ValueError`` for any non-canonical encoding (RFC 4648, section 3.5).
    """
    data = b64decode(text, validate=True)
    if to_base64(data) != text:
        raise ValueError("not spelt as it would be written")
    return data
