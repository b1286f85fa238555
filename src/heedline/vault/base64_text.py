"""Base64 in the one spelling that we write.

The last letter of a base64 text has up to four bits that stand for nothing, and Python ignores them: one signature could
then be spelt in several ways, and a changed byte would go unnoticed. Here whatever is not spelt as it would be written is
refused.
"""

from __future__ import annotations

from base64 import b64decode, b64encode


def to_base64(data: bytes) -> str:
    """The text of these bytes."""
    return b64encode(data).decode()


def from_base64(text: str) -> bytes:
    """The bytes of that text; ``ValueError`` for any other spelling (RFC 4648, section 3.5)."""
    data = b64decode(text, validate=True)
    if to_base64(data) != text:
        raise ValueError("not spelt as it would be written")
    return data
