"""Possible matches at other desks, and the questions that desks ask each other about them.

A desk is told that another desk may have a report about the same person, but not what it says. The first desk can ask,
and the desk that holds the other report confirms or denies. Both are logged. Neither links, merges or closes anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import Locked, NotHere, SealingStopped
from heedline.casework.keys import directory
from heedline.casework.linking import desk_notices
from heedline.casework.linking.desk_notices import NoticeKind, ReceivedNotice
from heedline.casework.recording import refusals_logged
from heedline.casework.report import notes
from heedline.casework.report.opening import short_name
from heedline.dispatch.clocks import due_words, is_overdue, minute_of
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskQuestion

LONGEST = 1000
#: Questions that are listed at most.
SHOWN = 100
NO_QUESTION = "Write what you ask the other desk."
NO_ANSWER = "Write what you answer."
ENDED = "The other desk’s report has been disposed of. Questions about it can’t be answered any more."


@dataclass(frozen=True)
class Said:
    """A question or an answer between two desks. `confirmed` is None for a question."""

    by: str
    desk_name: str
    words: str = field(repr=False)
    confirmed: bool | None = None


@dataclass(frozen=True)
class MatchLine:
    """A possible match between one of the officer's reports and one at another desk.

    `reasons` are the kinds of value that agree, each with the value as written in the officer's own report. `asked` is
    the other desk's open question, if there is one, and `said` is everything asked and answered so far. `question` and
    `due_at` belong to the open question, whichever desk asked it. `ended` means that the other desk's report was
    disposed of.
    """

    id: UUID
    desk: UUID
    report: UUID
    short: str
    other_name: str
    reasons: tuple[tuple[str, str], ...] = field(repr=False)
    said: tuple[Said, ...] = field(repr=False)
    to_answer: bool
    waiting: bool
    question: UUID | None = None
    due_at: datetime | None = None
    ended: bool = False

    @property
    def confirmed(self) -> bool | None:
        """Return the newest answer, or None if there is none."""
        return next((one.confirmed for one in reversed(self.said) if one.confirmed is not None), None)


def matches(*, by: Attendance, report: UUID | None = None) -> tuple[MatchLine, ...]:
    """Return the possible matches for the officer's desks or for one report, unanswered ones first."""
    found = desk_notices.about(report, by=by) if report is not None else desk_notices.received(by=by)
    return tuple(sorted(lines(found), key=lambda one: (not one.to_answer, one.short, one.other_name)))


def listed(*, by: Attendance) -> tuple[MatchLine, ...]:
    """Return the possible matches for the officer's desks, and log the view.

    Raises Refused and Locked.
    """
    with refusals_logged(Act.MATCHES_READ, by=by.officer_id, thing="match"), transaction.atomic():
        by.require(Capability.LINK)
        by.keys()
        journal.record(Act.MATCHES_READ, actor=by.officer_id, desk=by.desk_ids[0] if by.desk_ids else None)
    return matches(by=by)


def lines(found: Iterable[ReceivedNotice]) -> Iterator[MatchLine]:
    """Yield a MatchLine for each match in these notices."""
    grouped: dict[tuple[UUID, UUID], list[ReceivedNotice]] = {}
    for one in found:
        grouped.setdefault((one.about, one.desk), []).append(one)
    names = {code: desk.name for code, desk in load_pack(settings.PACK).desks.items()}
    for (match, desk), some in grouped.items():
        first = next((one for one in some if one.kind is NoticeKind.MATCH and one.report is not None), None)
        if first is None or first.report is None:
            continue
        talk = sorted(
            (one for one in some if one.kind in (NoticeKind.QUESTION, NoticeKind.ANSWER)),
            key=lambda one: str(one.words["at"]),
        )
        said = tuple(
            Said(
                one.words["by"],
                names.get(one.words["from"], ""),
                one.words["words"],
                one.words["confirmed"] if one.kind is NoticeKind.ANSWER else None,
            )
            for one in talk
        )
        ended = any(one.kind is NoticeKind.ENDED for one in some)
        last = talk[-1] if talk and talk[-1].kind is NoticeKind.QUESTION and not ended else None
        mine = bool(last) and last is not None and last.words["to"] != first.words["desk"]
        yield MatchLine(
            match,
            desk,
            first.report,
            short_name(first.report),
            names.get(first.words["desk"], first.words["desk"]),
            tuple((code, written) for code, written in first.words["reasons"]),
            said,
            mine,
            last is not None and not mine,
            UUID(last.words["question"]) if last is not None else None,
            datetime.fromisoformat(last.words["due"]) if last is not None else None,
            ended,
        )


def ask(match: UUID, words: str, *, by: Attendance, at: datetime) -> None:
    """Ask the other desk whether its report is about the same matter, and send the shared details.

    Raises NotHere for other desks' matches, Refused, Locked, NoRoom and SealingStopped. Raises NotNow if the question
    is empty or the other desk's report was disposed of.
    """
    words = notes.written(words, longest=LONGEST, missing=NO_QUESTION)
    _say(NoticeKind.QUESTION, Act.MATCH_ASKED, match, words, None, by, at)


def answer(match: UUID, confirmed: bool, words: str, *, by: Attendance, at: datetime) -> None:
    """Confirm or deny that the officer's report is about the matter in another desk's question.

    Raises NotHere, also if nobody has asked, Refused, Locked, NoRoom, SealingStopped, and NotNow if the answer has no
    text.
    """
    words = notes.written(words, longest=LONGEST, missing=NO_ANSWER)
    _say(NoticeKind.ANSWER, Act.MATCH_ANSWERED, match, words, confirmed, by, at)


def _say(
    kind: NoticeKind,
    act: Act,
    match: UUID,
    words: str,
    confirmed: bool | None,
    by: Attendance,
    at: datetime,
) -> None:
    with refusals_logged(act, by=by.officer_id, thing="match"), transaction.atomic():
        if not by.unlocked:
            raise Locked
        found = desk_notices.belonging_to({match}, by=by)
        line = next(iter(lines(found)), None)
        if line is None or (kind is NoticeKind.ANSWER and not line.to_answer):
            raise NotHere
        by.require(Capability.LINK, line.desk)
        if line.ended:
            raise NotNow(ENDED)
        mine = next(one.code for one in by.desks if one.id == line.desk)
        other = next(
            one.words["desk"] for one in found if one.kind is NoticeKind.MATCH and one.desk == line.desk
        )
        if kind is NoticeKind.QUESTION:
            due_at = minute_of(at + load_pack(settings.PACK).clock("desk_question"))
            facts = directory.desk_by_code(other)
            if facts is None:
                raise SealingStopped
            row = DeskQuestion.objects.create(
                from_desk_id=line.desk, to_desk_id=UUID(facts.desk), due_at=due_at
            )
            more = {"question": str(row.id), "due": due_at.isoformat()}
        else:
            more = {}
            _close(found, by, at)
        told: dict[str, Any] = desk_notices.words(
            kind,
            match,
            None,
            to=other,
            by=by.name,
            words=words,
            confirmed=confirmed,
            at=at.isoformat(),
            **more,
        )
        desk_notices.send({mine: [told], other: [told]}, code=mine, by=by, at=at)
        # neither the match nor the reports: whoever reads the log must not learn that two belong together
        journal.record(
            act, actor=by.officer_id, desk=line.desk, thing="desk", thing_id=None, detail={"to": other}
        )


def _close(found: Iterable[ReceivedNotice], by: Attendance, at: datetime) -> None:
    """Close the questions to the officer's desks among these notices, and clear their alarms."""
    asked = [UUID(one.words["question"]) for one in found if one.kind is NoticeKind.QUESTION]
    rows = DeskQuestion.objects.filter(id__in=asked, to_desk_id__in=by.desk_ids)
    for question in rows.values_list("id", flat=True):
        alarms.resolve(AlarmEvent.QUESTION_ANSWERED, question, by=by, at=at)
    rows.delete()


@dataclass(frozen=True)
class WaitingQuestion:
    """An unanswered question from another desk. `owner` is "" until an officer takes it."""

    id: UUID
    from_name: str
    to_name: str
    owner: str
    mine: bool
    due_words: str
    overdue: bool


def waiting(*, by: Attendance, at: datetime) -> tuple[WaitingQuestion, ...]:
    """Return the unanswered questions to the officer's desks, most urgent first. No keys are needed."""
    if not by.may(Capability.LINK):
        return ()
    rows = DeskQuestion.objects.filter(to_desk_id__in=by.desk_ids).select_related(
        "from_desk", "to_desk", "owner"
    )
    return tuple(
        WaitingQuestion(
            row.id,
            row.from_desk.name,
            row.to_desk.name,
            row.owner.name if row.owner is not None else "",
            row.owner_id == by.officer_id,
            due_words(row.due_at, at, office_zone()),
            is_overdue(row.due_at, at),
        )
        for row in rows.order_by("due_at", "id")[:SHOWN]
    )


def take(question: UUID, *, by: Attendance) -> None:
    """Take ownership of a question put to one of the officer's desks, even if it has another owner.

    Raises NotHere, also if the question has been answered, and Refused.
    """
    with refusals_logged(Act.QUESTION_TAKEN, by=by.officer_id, thing="match"), transaction.atomic():
        row = DeskQuestion.objects.filter(pk=question, to_desk_id__in=by.desk_ids).first()
        if row is None:
            raise NotHere
        by.require(Capability.LINK, row.to_desk_id)
        DeskQuestion.objects.filter(pk=question).update(owner_id=by.officer_id)
        journal.record(Act.QUESTION_TAKEN, actor=by.officer_id, desk=row.to_desk_id)
