"""Reports that a desk has assessed today as repeats or possible repeats.

That a report is a repeat is sealed with its assessment, and neither a column nor a count says so. The list is therefore made
when a supervisor asks for it, by opening the assessments of the day with their keys.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.journey.repeat_reports import is_repeat
from heedline.casework.report import notes
from heedline.casework.report.opening import kind_words, short_name
from heedline.dispatch.clocks import moment_words
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Move, Stage
from heedline.reports.models import Step
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: Assessments of one day that are opened at most, the newest first.
MOST = 500


@dataclass(frozen=True, slots=True)
class RepeatLine:
    """A report that was assessed today as a repeat or possible repeat."""

    ref: UUID
    short: str
    kind_words: str
    by: str
    when_words: str
    closed: bool


def repeats_of_today(desk: DeskLine, *, by: Attendance, at: datetime) -> tuple[RepeatLine, ...]:
    """Return a desk's repeat reports from today, newest assessment first.

    Logged as a view. Raises Refused and Locked.
    """
    by.require(Capability.SEE_BOARD, desk.id)
    ring, zone = by.keys(), office_zone()
    midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    steps = (
        Step.objects.filter(
            report__in=reports_of(by.desk_ids).filter(desk_id=desk.id),
            move=Move.ASSESS,
            at__gte=midnight,
            at__lte=at,
        )
        .exclude(note=None)
        .select_related("report", "by")
        .order_by("-at", "-number")[:MOST]
    )
    newest: dict[UUID, Step] = {}
    for step in steps:
        newest.setdefault(step.report_id, step)
    said: dict[UUID, dict[str, str]] = {}
    for part in parts_of(list(newest), Q(container__in=[step.note for step in newest.values()])):
        with suppress(CannotOpen):
            seeds = ring.for_any(part.epochs)
            words = notes.open_words(part.container, part.header, part.payload, seeds, part.part)
            said[part.report] = {label: str(value) for label, value in words.items()}
    with transaction.atomic():
        journal.record_look(
            Act.QUEUE_READ, actor=by.officer_id, desk=desk.id, state="repeats", opened=said, new=0
        )
    return tuple(
        RepeatLine(
            ref,
            short_name(ref),
            kind_words(step.report.kind),
            step.by.name if step.by is not None else "",
            moment_words(step.at, zone),
            step.report.stage == Stage.CLOSED,
        )
        for ref, step in newest.items()
        if ref in said and is_repeat(step.report.kind, said[ref])
    )
