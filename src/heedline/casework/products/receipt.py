"""The receipt that a desk signs for a product which another desk sent it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from heedline.vault.canonical import canonical


def digest(product: Mapping[str, Any]) -> str:
    """Return the hash of a product as it was sent, in hexadecimal: what a recipient signs for."""
    return hashlib.sha256(canonical(dict(product))).hexdigest()


def paper(sent: UUID, sha256: str, desk: UUID) -> bytes:
    """Return the document that a recipient signs: that their desk has opened what was sent, and accepts its conditions."""
    return canonical({"accepted": str(sent), "sha256": sha256, "desk": str(desk)})
