"""What was taken from a stopped installation, and which of its columns may hold the same value for several reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.laws import thief

#: Columns in which a planted report and a stolen one may hold the same value: coarse, or the same for whole desks.
COARSE = {
    "reports_report": {
        "kind", "channel", "area", "urgency", "priority", "danger_to_life", "desk_id", "watch_id", "question_set", "stage",
        "slot", "received_on", "settled", "due_at", "rank", "version", "withdraw_asked", "unread", "outcome", "status",
        "owner_id", "lease_by_id", "lease_until", "seen", "offered",
    },
    "reports_sealed_header": {"part", "epochs"},
    "reports_sealed_payload": set(),
    "reports_identity_share": {"share", "epoch"},
    "reports_receipt": {"closed", "only_new", "touched"},
    "reports_message": {"from_us", "slot", "sent_on", "position", "seen", "settled"},
    # one transaction logs a whole quarter hour of arrivals, so its number says no more than their slot
    "audit_event": {"at", "act", "actor", "desk", "thing", "outcome", "generation", "xid"},
    "reports_search_waiting": {"desk_id", "aside", "gone", "purge_by"},  # which desk has a report is in its own row too
    "reports_sealed_values": {"desk_id", "parts", "slot", "indexed", "matched_at", "due_at", "epochs"},
    "dispatch_alarm": {"kind", "about_kind", "desk_id", "slot", "steps_sent", "failures", "paged", "acknowledged_by", "because", "settled"},
}  # fmt: skip
#: What an event or a step says of every report alike: names of details, and codes of the pack.
SAID_OF_ALL = {
    repr(word.encode())
    for word in ("sha256", "priority", "low", "danger", "False", "True", "outcome", "insufficient", "status", "finished",
                 "to", "south-west", "None")
}  # fmt: skip


@dataclass
class Stolen:
    """Everything at rest, and beside it what must not be found in there."""

    loot: thief.Loot
    tables: dict[str, list[dict[str, Any]]] = field(repr=False)
    told: dict[str, list[str]] = field(repr=False)

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.tables[f'public."{table}"']

    def of(self, report: str, table: str) -> list[dict[str, Any]]:
        ref = UUID(report)
        return [row for row in self.rows(table) if ref in row.values()]

    def leaves(self) -> Iterator[tuple[str, bytes]]:
        """Every value of every column, with the name of its column."""
        for table, rows in self.tables.items():
            for row in rows:
                for name, value in row.items():
                    for leaf in thief.leaves(value):
                        yield f"{table}.{name}", leaf
