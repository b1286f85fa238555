"""Notices to officers whose report a supervisor assigned to another officer.

The reason is sealed with the report. The officer finds the notice in My work until they have read it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.errors import NotHere
from heedline.casework.report import notes
from heedline.casework.report.opening import CLOSED_WORDS, LOCKED_WORDS, short_name
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.dispatch.clocks import moment_words
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import OwnerNotice
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: Characters of a reason.
LONGEST = 1000
MISSING = "Give the reason for taking this report from its owner. They will see it."


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice that one of this officer's reports was reassigned.

    `reason` says so if it cannot be opened now.
    """

    id: UUID
    ref: UUID
    short: str
    to: str
    by: str
    when_words: str
    reason: str = field(repr=False)


def seal_reason(found: FoundReport, because: str) -> UUID:
    """Seal the reason for reassigning a report and return its container.

    Raises NotNow, NoRoom and Locked.
    """
    return notes.seal(found, {"reason": notes.reason(because, longest=LONGEST, missing=MISSING)})


def tell(found: FoundReport, had: UUID, to: UUID, note: UUID) -> None:
    """Leave a notice for the previous owner of the report."""
    OwnerNotice.objects.create(
        report=found.report, officer_id=had, to_id=to, by_id=found.by.officer_id, at=found.at, note=note
    )


def unseen(*, by: Attendance) -> tuple[NoticeLine, ...]:
    """Return this officer's unread notices of reassigned reports, newest first.

    Leaves out reports that the officer owns again. Opening their reasons is logged.
    """
    rows = list(
        OwnerNotice.objects.filter(report__in=reports_of(by.desk_ids), officer_id=by.officer_id, seen_at=None)
        .exclude(report__owner_id=by.officer_id)
        .select_related("to", "by")
        .order_by("-at", "id")
    )
    reasons: dict[UUID, str] = {}
    if rows and by.keyring is not None:
        for part in parts_of([row.report_id for row in rows], Q(container__in=[row.note for row in rows])):
            with suppress(CannotOpen):
                seeds = by.keyring.for_any(part.epochs)
                words = notes.open_words(part.container, part.header, part.payload, seeds, part.part)
                reasons[part.container] = str(words.get("reason", ""))
    if reasons:
        opened = dict.fromkeys(row.report_id for row in rows if row.note in reasons)
        with transaction.atomic():
            journal.record_look(
                Act.QUEUE_READ, actor=by.officer_id, desk=None, state="notices", opened=opened, new=0
            )
    closed = CLOSED_WORDS if by.unlocked else LOCKED_WORDS
    return tuple(
        NoticeLine(
            row.id,
            row.report_id,
            short_name(row.report_id),
            row.to.name,
            row.by.name,
            moment_words(row.at, office_zone()),
            reasons.get(row.note, closed),
        )
        for row in rows
    )


@verb(Act.OWNER_NOTICE_READ)
def mark_read(ref: UUID, notice: UUID, *, by: Attendance, at: datetime) -> None:
    """Mark a notice of reassignment as read.

    Raises NotHere for a colleague's notice. Raises NotNow while their keys are locked, because they cannot
    have read the reason.
    """
    found = find(ref, by=by, at=at)
    if not by.unlocked:
        raise NotNow(LOCKED_WORDS)
    rows = OwnerNotice.objects.filter(pk=notice, report=found.report, officer_id=by.officer_id)
    if not rows.exists():
        raise NotHere
    if rows.filter(seen_at=None).update(seen_at=at):
        record(found, Act.OWNER_NOTICE_READ)
