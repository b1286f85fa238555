"""One record as its page shows it, with the steps that it has taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

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
    """A move of a record, by whom and when."""

    move: str
    by: str
    when_words: str


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A record, decrypted. `owner` is "" if nobody owns it, and `due_words` "" if it has ended. The first step is the last one taken."""

    ref: UUID
    title: str
    state: str
    version: int
    owner: str
    due_words: str
    overdue: bool
    words: Mapping[str, Any] = field(repr=False)
    steps: tuple[RecordStepLine, ...]


def shown(
    kind: RecordKind, ref: UUID, *, capability: AnyCapability, by: Attendance, at: datetime
) -> ShownRecord:
    """Return a record of one of the officer's desks. Raises NotHere, Refused without the capability, Locked and CannotOpen."""
    ring = by.keys()
    rows = DeskRecord.objects.filter(desk_id__in=by.desk_ids).annotate(owner_name=F("owner__name"))
    row = rows.filter(id=ref, kind=kind.code).first()
    if row is None:
        raise NotHere
    by.require(capability, row.desk_id)
    opened = desk_parts.opened([row.container], ring)
    if row.container not in opened:
        raise CannotOpen
    steps = RecordStep.objects.filter(record=row).order_by("-number")
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
            RecordStepLine(move, name, moment_words(when, office_zone()))
            for move, name, when in steps.values_list("move", "by__name", "at")
        ),
    )
