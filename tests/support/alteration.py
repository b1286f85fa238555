"""Bytes that somebody has altered. Written over by a fixed byte, one in 256 would stay as they were."""

from __future__ import annotations


def altered(sealed: bytes) -> bytes:
    """Flip one bit of the last byte."""
    return sealed[:-1] + bytes([sealed[-1] ^ 1])
