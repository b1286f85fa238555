"""Handover notes that a shift leaves at its desk.

A note waits until somebody on the next shift acknowledges it by name. If nobody does, the desk is paged (`clock.py`). Notes are sealed to the desk's keys.
They are kept for two weeks (`clockwork.sweep`) and are in no backup.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.keyring import DeskLine, Keyring
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_causes import late_shift_notes
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import Locked, NotHere, SealingStopped
from heedline.casework.keys import directory as key_directory
from heedline.casework.recording import refusals_logged
from heedline.casework.report import notes
from heedline.casework.report.opening import CLOSED_WORDS, LOCKED_WORDS
from heedline.desks.models import ShiftNote
from heedline.dispatch.clocks import moment_words
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.vault import CannotOpen
from heedline.vault.canonical import canonical
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container

#: Characters of a note.
LONGEST = 4000
#: How long notes are listed. The worker deletes them after the same time.
KEPT = timedelta(days=14)
SHOWN = 30
MISSING = "Write what the next shift needs to know."
YOUR_OWN = "A colleague at the desk must acknowledge your note."
_PART = "shift-note"


@dataclass(frozen=True, slots=True)
class ShiftNoteLine:
    """A shift's handover note.

    `acknowledged_words` says when and by whom it was acknowledged, or is "" if it was not.

    `can_acknowledge` means that this officer may: a colleague wrote it, and their keys open it.
    """

    id: UUID
    desk_code: str
    desk_name: str
    by: str
    when_words: str
    acknowledged_words: str
    can_acknowledge: bool
    text: str = field(repr=False)


def desk_of(code: str, *, by: Attendance) -> DeskLine:
    """Return the officer's desk with this code.

    Raises NotHere for another desk, and Refused.
    """
    desk = next((one for one in by.desks if one.code == code), None)
    if desk is None:
        raise NotHere
    by.require(Capability.HAND_OVER_SHIFT, desk.id)
    return desk


def write(code: str, text: str, *, by: Attendance, at: datetime) -> UUID:
    """Write a note for a desk's next shift and return its id.

    Raises NotHere, Refused, Locked and NoRoom, NotNow without a text, and SealingStopped if fewer than two people of the
    desk could open it.
    """
    text = notes.written(text, longest=LONGEST, missing=MISSING)
    with refusals_logged(Act.SHIFT_NOTE_WRITTEN, by=by.officer_id, thing="shift note"):
        desk = desk_of(code, by=by)
        if not by.unlocked:
            raise Locked
        to = key_directory.addressee(desk.code, at.date())
        if to is None:
            raise SealingStopped
        ident = uuid4()
        sealed = envelope.seal_part(
            canonical({"text": text}),
            [to.key],
            installation=settings.INSTALLATION,
            container_id=ident,
            part=_PART,
        )
        ShiftNote.objects.create(
            id=ident,
            desk_id=desk.id,
            by_id=by.officer_id,
            at=at,
            epochs=[to.epoch],
            header=sealed.header,
            payload=sealed.payload,
        )
        _record(Act.SHIFT_NOTE_WRITTEN, desk.id, ident, by)
    return ident


def acknowledge(note: UUID, *, by: Attendance, at: datetime) -> None:
    """Acknowledge a colleague's note under the officer's own name.

    A second acknowledgement does nothing. Raises NotHere for a note of another desk, Refused for one's own,
    and NotNow while one's keys do not open it.
    """
    with refusals_logged(Act.SHIFT_NOTE_ACKNOWLEDGED, by=by.officer_id, thing="shift note", thing_id=note):
        row = ShiftNote.objects.filter(pk=note, desk_id__in=by.desk_ids).first()
        if row is None:
            raise NotHere
        by.require(Capability.HAND_OVER_SHIFT, row.desk_id)
        if row.by_id == by.officer_id:
            raise Refused(YOUR_OWN)
        if _text(row, by.keyring) is None:
            raise NotNow(CLOSED_WORDS if by.unlocked else LOCKED_WORDS)
        waiting = ShiftNote.objects.filter(pk=note, acknowledged_by=None)
        if waiting.update(acknowledged_by=by.officer_id, acknowledged_at=at):
            _record(Act.SHIFT_NOTE_ACKNOWLEDGED, row.desk_id, note, by)
            if not late_shift_notes(at).filter(desk=row.desk_id).exists():
                alarms.resolve_at_desk(AlarmEvent.SHIFT_NOTE_ACKNOWLEDGED, row.desk_id, by=by, at=at)


def _record(act: Act, desk: UUID, note: UUID, by: Attendance) -> None:
    journal.record(act, actor=by.officer_id, desk=desk, thing="shift note", thing_id=note)


def of_desk(
    desk: DeskLine, *, unacknowledged: bool = False, by: Attendance, at: datetime
) -> tuple[ShiftNoteLine, ...]:
    """Return a desk's stored notes, newest first, or only those that nobody has acknowledged.

    Opening them is logged. Raises Refused.
    """
    by.require(Capability.HAND_OVER_SHIFT, desk.id)
    rows = ShiftNote.objects.filter(desk_id=desk.id, at__gt=at - KEPT)
    lines = _lines([desk], by, rows.filter(acknowledged_by=None) if unacknowledged else rows)
    if lines and by.unlocked:
        with transaction.atomic():
            journal.record_look(
                Act.QUEUE_READ, actor=by.officer_id, desk=desk.id, state="shift-notes", opened=(), new=0
            )
    return lines


def waiting(*, by: Attendance, at: datetime) -> tuple[ShiftNoteLine, ...]:
    """Return unacknowledged notes from colleagues at the officer's desks, newest first."""
    rows = ShiftNote.objects.filter(desk_id__in=by.desk_ids, at__gt=at - KEPT, acknowledged_by=None)
    return _lines(by.desks, by, rows.exclude(by_id=by.officer_id))


def _lines(desks: Iterable[DeskLine], by: Attendance, rows: QuerySet[ShiftNote]) -> tuple[ShiftNoteLine, ...]:
    known = {desk.id: desk for desk in desks}
    found = rows.select_related("by", "acknowledged_by").order_by("-at", "id")[:SHOWN]
    return tuple(_line(row, known[row.desk_id], by) for row in found)


def _line(row: ShiftNote, desk: DeskLine, by: Attendance) -> ShiftNoteLine:
    text, zone = _text(row, by.keyring), office_zone()
    acknowledged = ""
    if row.acknowledged_by is not None:
        acknowledged = f"{row.acknowledged_by.name}, {moment_words(row.acknowledged_at, zone)}"
    closed = CLOSED_WORDS if by.unlocked else LOCKED_WORDS
    return ShiftNoteLine(
        row.id,
        desk.code,
        desk.name,
        row.by.name,
        moment_words(row.at, zone),
        acknowledged,
        not acknowledged and row.by_id != by.officer_id and text is not None,
        text if text is not None else closed,
    )


def _text(row: ShiftNote, ring: Keyring | None) -> str | None:
    """Return the text of a note, or None if these keys cannot decrypt it."""
    if ring is None:
        return None
    try:
        body = envelope.open_part(
            Container(bytes(row.header), bytes(row.payload)),
            ring.for_any(row.epochs),
            installation=settings.INSTALLATION,
            container_id=row.id,
            part=_PART,
        )
    except CannotOpen:
        return None
    return str(json.loads(body)["text"])
