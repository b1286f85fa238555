"""The exact-match hash of a file."""

from __future__ import annotations

import hashlib


def file_hash(content: bytes) -> bytes:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(content).digest()
