"""The task on a request for an ordinary service whose answers say that something odd has happened.

An adviser reads requests on working days, and what happened may matter to another desk tonight. So the first session that
opens such a request sets a task on it, due within the kind's working hours after the quarter of an hour in which it arrived,
or after the task was set if somebody had taken the request by then. The supervisors are paged if nobody has ended it by its
time. It ends only with an answer, and the request cannot be closed without one (`journey.closing_rules`). What the answers
say stays sealed: the row is one of a task like any other.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.report import notes
from heedline.casework.report.opening import ids_of_reference, open_stored
from heedline.casework.report.verb import find, record, verb
from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.packs.slots import minute_of, slot_end
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow, Stage
from heedline.reports.models import Task
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: The key that marks this task in its sealed text, and that has the answer in its sealed end.
ODD: Final = "odd"
TEXT: Final = (
    "The request says that something odd has happened. Find out what, and see that it is reported: by the organisation, or "
    "by you as a call."
)
#: Requests that one step of the upkeep opens.
MOST: Final = 20
#: Requests tried with an officer's keys in this process, each with the monotonic time before which it is not tried again.
_looked: dict[tuple[UUID, UUID], float] = {}
_RETRY_SECONDS: Final = 3600.0
#: With its hyphen in any case; without it only in capitals and with a digit, because a word has eight letters, too.
_REFERENCE: Final = re.compile(r"\b(?i:[A-Z2-7]{4}-[A-Z2-7]{4})\b|\b(?=[A-Z]*[2-7])[A-Z2-7]{8}\b")


class OddAnswer(StrEnum):
    """What became of something odd."""

    REPORTED = "reported"
    NOT_SUSPICIOUS = "not-suspicious"


#: In words, as sealed with the end of the task.
ANSWERS: Final = {
    OddAnswer.REPORTED: "It has been reported",
    OddAnswer.NOT_SUSPICIOUS: "It is not suspicious",
}
CHOOSE: Final = "Say what became of the odd thing."
NO_REFERENCE: Final = "Give the reference under which it was reported."
NO_REASON: Final = "Say in a sentence why it is not suspicious."


def ended_with(answer: OddAnswer | None, text: str) -> dict[str, str]:
    """Return what is sealed when the task ends. Raises NotNow without an answer, its reference or its reason."""
    if answer is None:
        raise NotNow(CHOOSE, about=ODD)
    if answer is OddAnswer.REPORTED and not _has_reference(text):
        raise NotNow(NO_REFERENCE, about="text")
    if answer is OddAnswer.NOT_SUSPICIOUS and notes.says_too_little(text):
        raise NotNow(NO_REASON, about="text")
    return {ODD: ANSWERS[answer]}


def _has_reference(text: str) -> bool:
    """Return whether a text has a reference of ours, or a number of somebody else's with three digits."""
    ours = any(
        ids_of_reference(one) is not None for one in (found[0].upper() for found in _REFERENCE.finditer(text))
    )
    return ours or sum(map(str.isdigit, text)) >= 3


@verb(Act.TASK_SET)
def note(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Set the task on a request, once. Raises NotHere, Refused, Locked and SealingStopped."""
    found = find(ref, by=by, at=at)
    found.permit(Capability.READ_REPORT)
    report, pack = found.report, load_pack(settings.PACK)
    texts = Q(container__in=Task.objects.filter(report=report).values("container"))
    known = notes.opened_of(parts_of([ref], texts), "note", by.keys())
    if report.stage == Stage.CLOSED or any(ODD in told for _, told in known):
        return
    arrived = slot_end(report.slot) if report.slot is not None else minute_of(at)
    row = Task.objects.create(
        report=report,
        owner_id=report.owner_id,
        set_by_id=by.officer_id,
        set_at=at,
        due_at=pack.odd_due(report.kind, arrived, area=report.area),
        container=notes.seal(found, {"task": TEXT, ODD: True}),
    )
    record(found, Act.TASK_SET, task=str(row.id), to=str(report.owner_id or ""), contact="no")


def note_step(*, by: Attendance, at: datetime) -> None:
    """Open some of the desks' open requests, and set the task on those that need it.

    Raises nothing, because a page that shows something else must not fail.
    """
    if not by.unlocked:
        return
    pack = load_pack(settings.PACK)
    kinds = {kind for kind in pack.kinds if ODD in load_question_set(pack, kind).roles}
    desks = [
        desk.id for desk in by.desks if desk.code in pack.desks and kinds & {*pack.desks[desk.code].kinds}
    ]
    if not desks:
        return
    mine = reports_of(by.desk_ids).filter(desk_id__in=desks, kind__in=kinds).exclude(stage=Stage.CLOSED)
    waiting = [
        ref
        for ref in mine.order_by("due_at", "id").values_list("id", flat=True)
        if _looked.get((ref, by.officer_id), 0.0) <= time.monotonic()
    ][:MOST]
    if not waiting:
        return
    _looked.update(((ref, by.officer_id), time.monotonic() + _RETRY_SECONDS) for ref in waiting)
    for part in parts_of(waiting, Q(part="report")):
        with suppress(CannotOpen, NotHere, Refused, SealingStopped), transaction.atomic():
            if open_stored(part, by.keys()).odd:
                note(part.report, by=by, at=at)
            _looked[part.report, by.officer_id] = math.inf


def unsettled(refs: Collection[UUID], *, by: Attendance) -> set[UUID]:
    """Return which of these requests, which all mention something odd, have no task that ended with an answer. Raises Locked."""
    if not refs:
        return set()
    ended: Any = Task.objects.filter(report__in=refs).exclude(ended_note=None).values("ended_note")
    told = notes.opened_of(parts_of(list(refs), Q(container__in=ended)), "note", by.keys())
    return set(refs) - {part.report for part, words in told if is_answer(words)}


def is_answer(words: Mapping[str, Any]) -> bool:
    """Return whether the sealed end of a task says what became of something odd."""
    return words.get(ODD) in ANSWERS.values()
