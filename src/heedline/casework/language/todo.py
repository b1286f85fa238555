"""Translations waiting at an officer's desks, with the officer's own first.

Logged as one view.
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
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.language.lines import ON_ARRIVAL
from heedline.casework.language.translating import PART
from heedline.casework.report import notes, report_language
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import on_the_record
from heedline.desks.models import LanguageSkill
from heedline.dispatch.clocks import due_words
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Stage
from heedline.reports.models import Translation
from heedline.reports.stored import parts_of
from heedline.reports.translation_states import TranslationState
from heedline.vault import CannotOpen

#: How many the list shows: nobody makes more before looking again.
SHOWN = 50
_WHATS = {
    "report": "The report",
    "message": "A message from the reporter",
    "answer": "An answer to the reporter",
}


@dataclass(frozen=True)
class ToDo:
    """A translation that has yet to be written.

    `can_take` is True when the officer is confirmed to speak the language and the translation is not
    assigned to them.
    """

    id: UUID
    ref: UUID
    short: str
    desk_name: str
    what: str
    language_words: str
    asked_by: str
    assigned_to: str
    assigned_id: UUID | None
    mine: bool
    can_take: bool
    due_words: str
    overdue: bool


def to_do(*, by: Attendance, at: datetime) -> tuple[ToDo, ...]:
    """Return the translations waiting at the officer's desks, their own first, then by deadline.

    Returns at most SHOWN. Raises Refused and Locked.
    """
    with on_the_record(Act.QUEUE_READ, by=by):
        by.require(Capability.TRANSLATE)
    ring = by.keys()
    rows = list(
        Translation.objects.filter(state=TranslationState.WAITING, report__in=reports_of(by.desk_ids))
        .exclude(report__stage=Stage.CLOSED)
        .select_related("report__desk", "asked_by", "assigned_to")
        .order_by("due_at", "id")[:SHOWN]
    )
    spoken = set(
        LanguageSkill.objects.filter(officer_id=by.officer_id, confirmed_by__isnull=False).values_list(
            "language", flat=True
        )
    )
    which: dict[UUID, str] = {}
    on_arrival = set[UUID]()
    asked = [row.asked_words for row in rows]
    for part in parts_of({row.report_id for row in rows}, Q(container__in=asked)):
        with suppress(CannotOpen):
            words = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), PART
            )
            which[part.container] = str(words["language"])
            if words.get("on_arrival"):
                on_arrival.add(part.container)
    with transaction.atomic():
        opened = [row.report_id for row in rows]
        journal.record_look(
            Act.QUEUE_READ, actor=by.officer_id, desk=None, state="translations", opened=opened, new=0
        )
    lines = [
        _line(row, which.get(row.asked_words, ""), spoken, by, at, on_arrival=row.asked_words in on_arrival)
        for row in rows
    ]
    return tuple(sorted(lines, key=lambda one: (not one.mine, not one.can_take)))


def _line(
    row: Translation, language: str, spoken: set[str], by: Attendance, at: datetime, *, on_arrival: bool
) -> ToDo:
    what = "answer" if row.outward else "message" if row.message_id is not None else "report"
    mine = row.assigned_to_id == by.officer_id
    return ToDo(
        id=row.id,
        ref=row.report_id,
        short=short_name(row.report_id),
        desk_name=row.report.desk.name,
        what=_WHATS[what],
        language_words=report_language.name_of(language) if language else "It does not open with your keys",
        asked_by=ON_ARRIVAL if on_arrival else row.asked_by.name,
        assigned_to=row.assigned_to.name if row.assigned_to is not None else "",
        assigned_id=row.assigned_to_id,
        mine=mine,
        can_take=not mine and language in spoken,
        due_words=due_words(row.due_at, at, office_zone()),
        overdue=row.due_at < at,
    )
