"""Lists of open records: an officer's own for My work, a desk's for its supervisors, and those of one kind.

No keys are needed for a list: what a record says is not opened for it. `words_of` opens it for a list that shows names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from heedline.audit.acts import Act
from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.records import desk_parts
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import on_the_record
from heedline.dispatch.clocks import due_words, is_overdue
from heedline.permits.capabilities import AnyCapability, Capability
from heedline.permits.gate import allows
from heedline.reports.models import DeskRecord, RecordStep
from heedline.reports.record_kinds import RecordKind, kinds

#: Records that a list shows.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """An open record as listed. `title` is its kind with its reference, `page` the route of its page, and `owner` "" if nobody owns it."""

    ref: UUID
    title: str
    page: str
    state: str
    owner: str
    due_words: str
    overdue: bool


def mine(*, by: Attendance, at: datetime) -> tuple[OpenRecord, ...]:
    """Return the open records that this officer owns, ordered by due time."""
    return _listed(Q(owner=by.officer_id, desk__in=by.desk_ids), at)


def to_decide(kind: RecordKind, *, by: Attendance, at: datetime) -> tuple[OpenRecord, ...]:
    """Return the records of a kind that wait for a second person and of which this officer made no move that involves."""
    states = {state for state, move in kind.moves if move in kind.decides}
    mine_of = RecordStep.objects.filter(record=OuterRef("pk"), by=by.officer_id)
    took_part = mine_of.exclude(move__in=kind.decides | kind.uninvolved)
    return _listed(Q(~Exists(took_part), kind=kind.code, state__in=states, desk__in=by.desk_ids), at)


def offered_to(kind: RecordKind, *, by: Attendance, at: datetime) -> tuple[OpenRecord, ...]:
    """Return the records of a kind that this officer has been asked to sign for."""
    return _listed(Q(kind=kind.code, offered=by.officer_id, desk__in=by.desk_ids), at)


def of_desk(
    desk: DeskLine, *, kind: str = "", late: bool = False, by: Attendance, at: datetime
) -> tuple[OpenRecord, ...]:
    """Return the open records of a desk that this officer supervises, ordered by due time.

    If asked for, return only those of one `kind` or only overdue ones. Raises Refused, which is logged.
    """
    with on_the_record(Act.QUEUE_READ, by=by):
        by.require(Capability.SEE_BOARD, desk.id)
    which = Q(desk=desk.id)
    if kind:
        which &= Q(kind=kind)
    if late:
        which &= Q(due_at__lt=at)
    return _listed(which, at)


def to_pass_on(officer: UUID, desk: DeskLine, *, by: Attendance, at: datetime) -> tuple[OpenRecord, ...]:
    """Return the records of a desk that an officer owns and a supervisor can give to somebody else (`colleagues.pass_on`)."""
    unsigned = [code for code, kind in kinds().items() if not kind.signed]
    return _listed(Q(owner=officer, desk=desk.id, kind__in=unsigned), at)


def in_states(
    states: Mapping[str, Collection[str]], *, by: Attendance, at: datetime
) -> tuple[OpenRecord, ...]:
    """Return the open records at the officer's desks in these states, by the code of their kind, ordered by due time."""
    which = Q()
    for kind, wanted in states.items():
        which |= Q(kind=kind, state__in=wanted)
    return _listed(which & Q(desk__in=by.desk_ids), at)


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Open records on one page of a list. `page` is the last page if a later one was asked for."""

    lines: tuple[OpenRecord, ...]
    page: int
    pages: int


def of_kind(
    kind: RecordKind, page: int = 1, *, capability: AnyCapability, by: Attendance, at: datetime
) -> RecordPage:
    """Return a page of the open records of a kind at the officer's desks, ordered by due time. Raises Refused."""
    desks = [one for one in by.desk_ids if allows(by.appointments, capability, [one])]
    if not desks:
        by.require(capability)
    here = Q(kind=kind.code, desk__in=desks)
    pages = max(1, -(-DeskRecord.objects.filter(here, due_at__isnull=False).count() // SHOWN))
    page = min(page, pages)
    return RecordPage(_listed(here, at, (page - 1) * SHOWN), page, pages)


def words_of(refs: Collection[UUID], *, by: Attendance) -> dict[UUID, dict[str, Any]]:
    """Return what records of the officer's desks say, by id, leaving out any that cannot be opened. Raises Locked."""
    ring = by.keys()
    rows = DeskRecord.objects.filter(id__in=refs, desk__in=by.desk_ids)
    containers = dict(rows.values_list("container", "id"))
    return {containers[one]: words for one, words in desk_parts.opened(containers, ring).items()}


def _listed(which: Q, at: datetime, after: int = 0) -> tuple[OpenRecord, ...]:
    known = kinds()
    if not known:
        return ()
    rows = DeskRecord.objects.filter(which, kind__in=known, due_at__isnull=False)
    return tuple(
        OpenRecord(
            row.id,
            f"{known[row.kind].title} {short_name(row.id)}",
            known[row.kind].page,
            row.state,
            row.owner_name or "",
            due_words(row.due_at, at, office_zone()),
            is_overdue(row.due_at, at),
        )
        for row in rows.annotate(owner_name=F("owner__name")).order_by("due_at", "id")[after : after + SHOWN]
        if row.due_at is not None
    )
