"""The first answer to an organisation that asked for advice, which was promised it in working days.

The promise is the time by which the request was to be taken. When an adviser takes it, that time stays, as the due time of a
call-back (`call_back`), and the adviser is named to the organisation in its mailbox. Only an attempt that reached somebody,
or an email that was not returned, keeps the promise. An overdue one, and one that two attempts have not kept, pages the
supervisors, and the request cannot be closed with a service given before.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from heedline.casework.access import session
from heedline.casework.contact import call_back, messages
from heedline.casework.errors import CannotOpen, SealingStopped
from heedline.casework.report import notes
from heedline.casework.report.opening import open_stored
from heedline.casework.report.verb import FoundReport
from heedline.casework.search.documents import NAMES_ADVISER
from heedline.desks.models import Officer
from heedline.dispatch.clocks import due_words
from heedline.packs import load_pack
from heedline.reports.models import CallBack, Message, Report
from heedline.reports.stored import parts_of


@dataclass(frozen=True)
class FirstAnswerLine:
    """The first answer to an organisation: by when, how many attempts did not reach it, and whether it has been given.

    `trouble` says what is wrong with the latest attempt if that was an email, or "".
    """

    due_words: str
    overdue: bool
    missed: int
    done: bool
    trouble: str = ""


def line_of(report: Report, at: datetime) -> FirstAnswerLine | None:
    """Return the first answer that a request waits for, or None for a confidential report and before somebody took it."""
    row = getattr(report, "call_back", None)
    if row is None or load_pack(settings.PACK).is_confidential(report.kind):
        return None
    late = not row.done and row.due_at < at
    words = "" if row.done else due_words(row.due_at, at, session.office_zone())
    trouble = call_back.EMAIL_TROUBLE.get(_last_attempt(report) or "", "")
    return FirstAnswerLine(words, late, row.missed, row.done, trouble)


def promise(found: FoundReport, adviser: UUID, due_at: datetime | None) -> None:
    """Keep the time by which a request was to be taken as that of its first answer, and name its adviser to the organisation.

    `due_at` is None if it was taken before. An answer that was waived is due again once the request has been reopened. Does
    nothing with a confidential report, whose sender is never told who has it. Raises Locked.
    """
    report = found.report
    if load_pack(settings.PACK).is_confidential(report.kind):
        return
    if due_at is not None:
        CallBack.objects.bulk_create([CallBack(report=report, due_at=due_at)], ignore_conflicts=True)
        if _last_attempt(report) == call_back.NOT_MADE:
            CallBack.objects.filter(report=report).update(due_at=due_at, missed=0, done=False)
    with (
        suppress(CannotOpen, SealingStopped),
        transaction.atomic(),
    ):  # nobody is kept from taking it: the next take names them
        if _named_last(found) != str(adviser):  # or it was given back, and taken again
            _name(found, adviser)


def _last_attempt(report: Report) -> str | None:
    """Return how the last attempt to answer went, as a code, or None if there was none."""
    return next(iter(call_back.latest_attempt(report)), None)


def _named_last(found: FoundReport) -> str:
    """Return the id of the adviser whom the organisation was told of last, or ""."""
    sent = Message.objects.filter(report=found.report, from_us=True).order_by("-position")
    containers = list(sent.values_list("container", flat=True))
    parts = parts_of([found.report.id], Q(container__in=containers))
    named = {
        part.container: str(told[NAMES_ADVISER])
        for part, told in notes.opened_of(parts, "message", found.by.keys())
        if NAMES_ADVISER in told
    }
    return next((named[one] for one in containers if one in named), "")


def _name(found: FoundReport, adviser: UUID) -> None:
    (part,) = parts_of([found.report.id], Q(part="report"))
    pack, spoken = load_pack(settings.PACK), open_stored(part, found.by.keys()).language
    words = pack.mailbox_words(found.report.kind, spoken if spoken in pack.languages else pack.first_language)
    name = Officer.objects.values_list("name", flat=True).get(pk=adviser)
    said = [words.say("messages.adviser", name=name)]
    if (original := words.beside("messages.adviser")) is not None:
        said.append(original.say("messages.adviser", name=name))
    messages.inform(found, "\n\n".join(said), beside={NAMES_ADVISER: str(adviser)})


def waive(found: FoundReport, reason: str) -> None:
    """Record that no answer is needed, because the request ends without a service. Raises NotHere, Locked and CannotOpen."""
    report = found.report
    if load_pack(settings.PACK).is_confidential(report.kind):
        return
    if CallBack.objects.filter(report=report, done=False).exists():
        call_back.note_attempt(found, call_back.NOT_MADE, reason, danger="")
