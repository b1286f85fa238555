"""One record as its page shows it, with the steps that it has taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.errors import CannotOpen, NotHere
from heedline.casework.records import desk_parts
from heedline.casework.report.opening import short_name
from heedline.dispatch.clocks import due_words, is_overdue, moment_words
from heedline.permits.capabilities import AnyCapability
from heedline.reports.models import DeskRecord, RecordStep
from heedline.reports.record_kinds import RecordKind


@dataclass(frozen=True, slots=True)
class RecordStepLine:
    """A move of a record, by whom and when, with its decrypted note."""

    move: str
    by: str
    when_words: str
    note: Mapping[str, Any] = field(repr=False)

    @property
    def reason(self) -> str:
        """Return the reason that was given, or ""."""
        return str(self.note.get("reason", ""))


@dataclass(frozen=True, slots=True)
class RecordMoveLine:
    """A move that the record's state allows. `why_not` is the reason why it needs somebody else, or ""."""

    move: str
    why_not: str


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A record, decrypted. `owner` is "" if nobody owns it, and `due_words` "" if it has ended. The first step is the last one taken.

    `signed` says whether a new owner has to sign for it. `offered` is the colleague who has been asked to, or "".
    """

    ref: UUID
    title: str
    state: str
    version: int
    owner: str
    due_words: str
    overdue: bool
    words: Mapping[str, Any] = field(repr=False)
    steps: tuple[RecordStepLine, ...]
    moves: tuple[RecordMoveLine, ...]
    desk: DeskLine
    signed: bool = False
    mine: bool = False
    offered: str = ""
    offered_to_me: bool = False


def shown(
    kind: RecordKind, ref: UUID, *, capability: AnyCapability, by: Attendance, at: datetime
) -> ShownRecord:
    """Return a record of one of the officer's desks. Raises NotHere, Refused without the capability, Locked and CannotOpen."""
    ring = by.keys()
    rows = DeskRecord.objects.filter(desk_id__in=by.desk_ids).annotate(
        owner_name=F("owner__name"), offered_name=F("offered__name")
    )
    row = rows.filter(id=ref, kind=kind.code).first()
    if row is None:
        raise NotHere
    by.require(capability, row.desk_id)
    steps = list(RecordStep.objects.filter(record=row).select_related("by").order_by("-number"))
    opened = desk_parts.opened([row.container, *(one.note for one in steps if one.note)], ring)
    if row.container not in opened:
        raise CannotOpen
    made = [(one.by_id, one.move) for one in steps]
    return ShownRecord(
        row.id,
        f"{kind.title} {short_name(row.id)}",
        row.state,
        row.version,
        row.owner_name or "",
        due_words(row.due_at, at, office_zone()) if row.due_at is not None else "",
        row.due_at is not None and is_overdue(row.due_at, at),
        opened[row.container],
        tuple(
            RecordStepLine(
                one.move,
                one.by.name,
                moment_words(one.at, office_zone()),
                opened.get(one.note, {}) if one.note else {},
            )
            for one in steps
        ),
        tuple(
            RecordMoveLine(move, kind.why_not(move, by=by.officer_id, steps=made))
            for state, move in kind.moves
            if state == row.state and move not in kind.told
        ),
        next(one for one in by.desks if one.id == row.desk_id),
        kind.signed,
        row.owner_id == by.officer_id,
        row.offered_name or "",
        row.offered_id == by.officer_id,
    )
