"""The canonical bytes of an event, which are hashed to make its leaf in the log's tree.

This is plain Python and must never change, because that would change every existing leaf.

A leaf is one line of JSON with sorted keys, no spaces and only ASCII, with the time in UTC to the
microsecond. An export of the log is these lines in order, so a verifier hashes exactly what they read
and needs none of our code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

VERSION = 1
#: The fields of a leaf, and nothing else.
FIELDS = frozenset(
    {
        "v",
        "generation",
        "xid",
        "id",
        "at",
        "act",
        "actor",
        "desk",
        "thing",
        "thing_id",
        "outcome",
        "detail",
    }
)
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True).encode


@dataclass(frozen=True, slots=True)
class Sequenced:
    """An event as stored in the table.

    `key` is its position in the order of the log.
    """

    generation: int
    xid: int
    id: int
    at: datetime
    act: str
    actor: UUID | None
    desk: UUID | None
    thing: str
    thing_id: UUID | None
    outcome: str
    detail: Mapping[str, Any]

    @property
    def key(self) -> tuple[int, int, int]:
        return (self.generation, self.xid, self.id)

    def leaf(self) -> bytes:
        """Return the canonical bytes of the event."""
        return _encode(
            {
                "v": VERSION,
                "generation": self.generation,
                "xid": self.xid,
                "id": self.id,
                "at": self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "act": self.act,
                "actor": str(self.actor) if self.actor else None,
                "desk": str(self.desk) if self.desk else None,
                "thing": self.thing,
                "thing_id": str(self.thing_id) if self.thing_id else None,
                "outcome": self.outcome,
                "detail": self.detail,
            }
        ).encode("ascii")
