"""Canonical JSON, for hashing and sealing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

#: Made once: `json.dumps` makes one for each call.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(body: Any) -> bytes:
    """Return the canonical JSON of `body`."""
    return _ENCODER.encode(body).encode(
        "utf-8",
        "surrogatepass",  # half characters are kept as they came; whoever shows them decides
    )


def canonical_object(parts: Mapping[str, bytes]) -> bytes:
    """Return the canonical JSON of an object whose values are already canonical JSON."""
    return b"{" + b",".join([_name(name) + parts[name] for name in sorted(parts)]) + b"}"


@lru_cache(maxsize=256)
def _name(name: str) -> bytes:
    """Return an object key as canonical JSON, followed by a colon."""
    return canonical(name) + b":"
