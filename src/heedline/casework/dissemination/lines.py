"""What officers see of what was sent to partners: of one report with its words, and over all of a desk without."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.dissemination import partners
from heedline.casework.dissemination.outgoing import ANSWER, SENT
from heedline.casework.dissemination.partner_inbox import answer_paper, receipt_paper
from heedline.casework.errors import NotHere
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import session_signing
from heedline.casework.report import conflict_terms, notes
from heedline.casework.report.opening import open_stored, short_name
from heedline.casework.report.verb import on_the_record
from heedline.dispatch.clocks import due_words, is_overdue, moment_words
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports import dissemination_states as states
from heedline.reports.dissemination_states import DisseminationState
from heedline.reports.lifecycle import Stage
from heedline.reports.models import Dissemination, Report
from heedline.reports.models.disseminations import UNREAD, WAITS
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: How a state is called on a page.
STATE_WORDS: Mapping[str, str] = {
    DisseminationState.TO_CHECK: "Waits for a second officer",
    DisseminationState.SENT: "Sent, not opened yet",
    DisseminationState.RECEIVED: "Opened by the partner",
    DisseminationState.ANSWERED: "Answered: read the answer",
    DisseminationState.DONE: "Finished",
    DisseminationState.NOT_SENT: "Not sent: a colleague sent it back",
    DisseminationState.WITHDRAWN: "Withdrawn",
}


@dataclass(frozen=True)
class SentLine:
    """One thing, without its words. `to_read`: a second officer has not read it yet. `mine`: whoever looks wrote it."""

    id: UUID
    report: UUID
    short: str
    partner_id: UUID
    partner: str
    purpose: str
    state: str
    state_words: str
    turn: str
    urgent: bool
    to_read: bool
    mine: bool
    due_words: str
    overdue: bool
    version: int


@dataclass(frozen=True)
class SentFile:
    """One thing with its words. `arrived`, `answered`: by whom and when. `arrived_signed`, `answer_signed`: whether the
    signature holds; None where nobody has signed yet. `compared`: its writer has, and the partner's key is still the same.
    """

    line: SentLine
    basis: str
    conditions: tuple[str, ...]
    title: str = field(repr=False)
    text: str = field(repr=False)
    necessity: str = field(repr=False)
    written: str
    checked: str
    sent: str
    arrived: str
    arrived_signed: bool | None
    answer_wanted: bool
    answer_words: str
    answer: str = field(repr=False)
    answered: str
    answer_signed: bool | None
    ended: str
    ended_words: str = field(repr=False)
    can_check: bool
    can_withdraw: bool
    can_finish: bool
    compared: bool


def _when(at: datetime | None) -> str:
    return moment_words(at, office_zone())


def _by(name: str | None, at: datetime | None) -> str:
    return f"{name}, {_when(at)}" if at is not None else ""


def _rows(by: Attendance) -> Any:
    return Dissemination.objects.filter(report__in=reports_of(by.desk_ids)).select_related(
        "partner__organisation", "written_by", "checked_by", "received_by", "answered_by", "ended_by"
    )


def _line(row: Dissemination, by: Attendance, at: datetime) -> SentLine:
    purposes = load_pack(settings.PACK).partners.purposes
    purpose = purposes.get(row.purpose)
    return SentLine(
        id=row.id,
        report=row.report_id,
        short=short_name(row.report_id),
        partner_id=row.partner_id,
        partner=f"{row.partner.organisation.name}: {row.partner.name}",
        purpose=purpose.name if purpose is not None else row.purpose,
        state=row.state,
        state_words=STATE_WORDS[row.state],
        turn=states.TURNS[DisseminationState(row.state)],
        urgent=row.urgent,
        to_read=row.to_read,
        mine=row.written_by_id == by.officer_id,
        due_words=due_words(row.due_at, at, office_zone()) if row.due_at is not None else "",
        overdue=row.due_at is not None and is_overdue(row.due_at, at),
        version=row.version,
    )


def open_lines(*, by: Attendance, at: datetime) -> tuple[SentLine, ...]:
    """Everything of one's desks that calls for somebody, what is due first. Without words. Raises Refused; logged."""
    with on_the_record(Act.DISSEMINATIONS_LISTED, by=by):
        by.require(Capability.FOLLOW_DISSEMINATION)
        journal.record(Act.DISSEMINATIONS_LISTED, actor=by.officer_id)
    waits = WAITS | Q(id__in=_sent_back(by).values("id"))
    found = _rows(by).filter(waits).order_by("due_at", "id")[:500]
    return tuple(_line(row, by, at) for row in found)


@dataclass(frozen=True)
class Calls:
    """How much calls for this officer: things of colleagues to read, answers, and what a colleague sent back to them."""

    to_read: int
    answered: int
    sent_back: int


def calls_for(by: Attendance) -> Calls:
    """Counts over all of one's desks, for the first page. Zero for whoever has nothing to do with partners."""
    if not by.may(Capability.FOLLOW_DISSEMINATION):
        return Calls(0, 0, 0)
    found = Dissemination.objects.filter(report__in=reports_of(by.desk_ids)).aggregate(
        to_read=Count("id", filter=UNREAD & ~Q(written_by_id=by.officer_id)),
        answered=Count("id", filter=Q(state=DisseminationState.ANSWERED)),
    )
    return Calls(**found, sent_back=_sent_back(by).count())


def sent_about(ref: UUID, *, by: Attendance) -> tuple[str, ...]:
    """The partners that were sent something about a report of one's desks, by name; without its words, so without keys."""
    found = _rows(by).filter(report=ref).exclude(sent_at=None)
    return tuple(sorted({f"{row.partner.organisation.name}: {row.partner.name}" for row in found}))


def _sent_back(by: Attendance) -> QuerySet[Dissemination]:
    """What this officer wrote and a colleague did not let go, until they write anew for that partner or close the report."""
    anew = Dissemination.objects.filter(
        report=OuterRef("report"), partner=OuterRef("partner"), written_at__gt=OuterRef("written_at")
    )
    return Dissemination.objects.filter(
        ~Exists(anew),
        written_by_id=by.officer_id,
        state=DisseminationState.NOT_SENT,
        report__in=reports_of(by.desk_ids),
    ).exclude(report__stage__in=[Stage.CLOSED, Stage.DISPOSED])


def of_report(ref: UUID, *, by: Attendance, at: datetime) -> tuple[SentFile, ...]:
    """What was written for partners about a report, opened, the newest first. The look is in the log before this returns.

    Raises NotHere, Refused and Locked.
    """
    return _read(ref, Q(), by=by, at=at)


def _read(ref: UUID, which: Q, *, by: Attendance, at: datetime) -> tuple[SentFile, ...]:
    with on_the_record(Act.DISSEMINATION_READ, by=by, ref=ref):
        report = reports_of(by.desk_ids).filter(pk=ref).first()
        if report is None:
            raise NotHere
        by.require(Capability.FOLLOW_DISSEMINATION, report.desk_id, report.watch_id)
        rows = list(_rows(by).filter(which, report=report).order_by("-written_at", "id"))
    words = _opened(report, rows, by)
    if rows:
        shown = conflict_terms.words_in([dict(one) for one in words.values()])
        with transaction.atomic():
            conflict_terms.record_look(Act.DISSEMINATION_READ, shown, by=by, report=ref, desk=report.desk_id)
    return tuple(_file(row, words, by, at) for row in rows)


def one(ident: UUID, *, by: Attendance, at: datetime) -> SentFile:
    """One thing with its words; logged like `of_report`. Raises NotHere, Refused and Locked."""
    report = _rows(by).filter(pk=ident).values_list("report_id", flat=True).first()
    if report is None:
        raise NotHere
    found = _read(report, Q(pk=ident), by=by, at=at)
    if not found:
        raise NotHere
    return found[0]


def _opened(report: Report, rows: list[Dissemination], by: Attendance) -> dict[UUID, dict[str, Any]]:
    """The words of every sealed part of them that this officer's keys open."""
    ring = by.keys()
    wanted = {
        one for row in rows for one in (row.container, row.necessity, row.answer, row.ended_words) if one
    }
    words: dict[UUID, dict[str, Any]] = {}
    for part in parts_of([report.id], Q(container__in=wanted, part__in=[SENT, ANSWER, "note"])):
        with suppress(CannotOpen):
            words[part.container] = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
            )
    return words


def _file(
    row: Dissemination, words: Mapping[UUID, Mapping[str, Any]], by: Attendance, at: datetime
) -> SentFile:
    rules = load_pack(settings.PACK).partners
    sent, why = words.get(row.container, {}), words.get(row.necessity, {})
    said = words.get(row.answer, {}) if row.answer is not None else {}
    ended = words.get(row.ended_words, {}) if row.ended_words is not None else {}
    answer = str(said.get("text", ""))
    line, key = _line(row, by, at), partners.key_of(row.partner_id, at)
    return SentFile(
        line=line,
        basis=rules.bases.get(row.basis, row.basis),
        conditions=tuple(rules.conditions.get(one, one) for one in row.conditions),
        title=str(sent.get("title", "It cannot be opened with your keys.")),
        text=str(sent.get("text", "")),
        necessity=str(why.get("necessity", "")),
        written=_by(row.written_by.name, row.written_at),
        checked=_by(row.checked_by.name if row.checked_by is not None else "", row.checked_at),
        sent=_when(row.sent_at),
        arrived=_by(row.received_by.name if row.received_by is not None else "", row.received_at),
        arrived_signed=_holds(
            row.receipt, row.received_by_id, receipt_paper(row.id, bytes(row.sha256), row.partner_id)
        ),
        answer_wanted=row.answer_minutes is not None,
        answer_words=rules.answers.get(row.answer_code, row.answer_code),
        answer=answer,
        answered=_by(row.answered_by.name if row.answered_by is not None else "", row.answered_at),
        answer_signed=_holds(
            row.answer_voice,
            row.answered_by_id,
            answer_paper(
                row.id,
                row.answer_code,
                session_signing.salted(answer, str(said.get("salt", ""))),
                row.partner_id,
            ),
        ),
        ended=_by(row.ended_by.name if row.ended_by is not None else "", row.ended_at),
        ended_words=str(ended.get("reason", "")),
        can_check=line.to_read and not line.mine,
        can_withdraw=row.state
        in {DisseminationState.TO_CHECK, DisseminationState.SENT, DisseminationState.RECEIVED},
        can_finish=row.state in {DisseminationState.RECEIVED, DisseminationState.ANSWERED},
        compared=key is not None and row.compared == key.epoch,
    )


def _holds(said: Mapping[str, Any] | None, officer: UUID | None, body: bytes) -> bool | None:
    """Whether the person whom the table names signed exactly this; None where nobody has signed yet."""
    if said is None:
        return None
    if not isinstance(said, dict):  # a partner's process wrote it
        return False
    try:
        on = datetime.fromisoformat(str(said["on"])).date()
        return said["officer"] == str(officer) and session_signing.is_attested(
            {key: str(value) for key, value in said.items()},
            body,
            on=on,
            known=key_directory.directory(),
            installation=settings.INSTALLATION,
        )
    except (KeyError, ValueError):
        return False


def hints(ref: UUID, text: str, *, by: Attendance, at: datetime) -> tuple[str, ...]:
    """What in a text for a partner may point to whoever told us (`packs.rules.partners`). A hint: it stops nobody.

    Opens the report to compare, for an officer who may read it, and is a look at it. Raises NotHere, Locked and CannotOpen.
    """
    conflict_terms.looked_for(text, by=by)
    report = reports_of(by.desk_ids).filter(pk=ref).first()
    if report is None:
        raise NotHere
    by.require(Capability.READ_REPORT, report.desk_id, report.watch_id)
    told: list[str] = []
    for part in parts_of([ref], Q(part="report")):
        opened = open_stored(part, by.keys())
        told += conflict_terms.words_in(opened.record)
    with transaction.atomic():
        conflict_terms.record_look(Act.REPORT_READ, told, by=by, report=ref, desk=report.desk_id)
    return load_pack(settings.PACK).partners.points_to_source(text, "\n".join(told))
