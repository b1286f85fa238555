"""Two records of two desks that belong together, such as a product as it was sent and as it was received.

Neither desk sees the other's record. What one does to the other's is a move that the other's kind lists as `told`, with a
note sealed to the other desk: `database/functions/record_pairs.sql` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from heedline.audit import journal
from heedline.audit.acts import AnyAct
from heedline.casework.access.session import Attendance
from heedline.casework.errors import SealingStopped
from heedline.casework.records import desk_parts, record
from heedline.casework.records.record import FoundRecord
from heedline.desks.models import Desk
from heedline.reports.lifecycle import NotNow
from heedline.reports.record_kinds import BEGIN, RecordKind


def begin(own: FoundRecord, kind: RecordKind, desk: UUID, words: Mapping[str, Any], act: AnyAct) -> None:
    """Begin the pair of a record at another desk, with its text sealed to that desk's current key, and log it there as `act`.

    Raises SealingStopped if the desk has no current key, or the pair exists already.
    """
    part = desk_parts.sealed_to(desk, words, part=kind.part, on=own.at.date())
    due = _due(kind, kind.first, desk, own.at)
    given = (
        own.row.id,
        kind.code,
        desk,
        due,
        part.container,
        kind.part,
        part.epoch,
        part.header,
        part.payload,
    )
    if not _call("permits.begin_pair(%s, %s, %s, %s, %s, %s, %s, %s, %s)", given):
        raise SealingStopped
    _log(own, desk, act, BEGIN)


def find(
    kind: RecordKind, ref: UUID, *, by: Attendance, at: datetime, version: int | None = None
) -> FoundRecord:
    """Return a record that has a pair, as `record.find` does, once nobody else is moving either of the two."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.lock_pair(%s)", [ref])
    return record.find(kind, ref, by=by, at=at, version=version)


def tell(
    own: FoundRecord,
    kind: RecordKind,
    desk: UUID,
    move: str,
    note: Mapping[str, Any],
    act: AnyAct,
    *,
    forget: bool = False,
) -> None:
    """Make a move of a record's pair, which is of this kind and desk, with a note sealed to that desk, and log it there.

    With `forget` the note takes the place of everything that the pair said. Raises NotNow if the pair's state does not allow
    the move, and SealingStopped if the desk has no current key.
    """
    part = desk_parts.sealed_to(desk, note, part=kind.part, on=own.at.date())
    (to,) = {str(to) for (_, made), to in kind.moves.items() if made == move}
    due = _due(kind, to, desk, own.at)
    given = (own.row.id, move, due, part.container, kind.part, part.epoch, part.header, part.payload, forget)
    if not _call("permits.tell_pair(%s, %s, %s, %s, %s, %s, %s, %s, %s)", given):
        raise NotNow(record.CHANGED)
    _log(own, desk, act, move)


def _log(own: FoundRecord, desk: UUID, act: AnyAct, move: str) -> None:
    journal.record(
        act,
        actor=own.by.officer_id,
        desk=desk,
        thing=record.THING,
        thing_id=own.row.pair,
        detail={"move": move},
    )


def _due(kind: RecordKind, state: str, desk: UUID, at: datetime) -> datetime | None:
    """Return the end of the time that a kind allows in a state, in the calendar of a desk that may not be the officer's."""
    if state not in kind.within:
        return None
    return record.allowed_at(kind.within[state], Desk.objects.values_list("code", flat=True).get(id=desk), at)


def _call(function: str, given: tuple[Any, ...]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}", given)
        return bool(cursor.fetchone()[0])
