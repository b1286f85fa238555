"""Disclosures as shown to officers, in lists and on a report's page.

A report's disclosures are shown with their text, a desk's list without it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.attachments import disclosing
from heedline.casework.attachments.disclosing import DisclosedFile
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
    DisseminationState.TO_CHECK: "Waiting for a second officer",
    DisseminationState.SENT: "Sent, not opened yet",
    DisseminationState.RECEIVED: "Opened by the partner",
    DisseminationState.ANSWERED: "Answered: read the answer",
    DisseminationState.DONE: "Finished",
    DisseminationState.NOT_SENT: "Not sent: a colleague sent it back",
    DisseminationState.WITHDRAWN: "Withdrawn",
}
#: Where the time to answer ran from the sending and is over, whether it was opened or not.
UNANSWERED = "Unanswered: the time to answer is over"


@dataclass(frozen=True)
class SentLine:
    """A disclosure in a list, without its text.

    `reference` is the one that the partner has for it, which names neither the report nor another partner.
    `to_read` is True when a second officer has not yet reviewed it. `mine` is True when the viewer wrote it.
    """

    id: UUID
    report: UUID
    short: str
    partner_id: UUID
    partner: str
    purpose: str
    state: DisseminationState
    state_words: str
    reference: str
    turn: str
    urgent: bool
    to_read: bool
    mine: bool
    due_words: str
    overdue: bool
    version: int
    meets_on: date | None

    @property
    def to_check(self) -> bool:
        """Return True until a second officer has reviewed the disclosure, unless it was sent immediately."""
        return self.state is DisseminationState.TO_CHECK

    @property
    def not_sent(self) -> bool:
        """Return True if the second officer returned the disclosure to its writer."""
        return self.state is DisseminationState.NOT_SENT

    @property
    def answered(self) -> bool:
        """Return True while the partner's reply is unread."""
        return self.state is DisseminationState.ANSWERED


@dataclass(frozen=True)
class EarlierReply:
    """An earlier reply from the partner.

    It holds the code in words, the text, the author and time, and whether the signature is valid.
    """

    answer_words: str
    answered: str
    text: str = field(repr=False)
    signed: bool | None


@dataclass(frozen=True)
class SentFile:
    """A disclosure with its text.

    `arrived` and `answered` state by whom and when. `arrived_signed` and `answer_signed` state whether the
    signature is valid, or None when nobody has signed yet. `compared` is True when the writer has compared
    the partner's key words and the key has not changed since.
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
    earlier: tuple[EarlierReply, ...]
    ended: str
    ended_words: str = field(repr=False)
    can_check: bool
    can_withdraw: bool
    can_finish: bool
    compared: bool
    files: tuple[DisclosedFile, ...] = ()


def _when(at: datetime | None) -> str:
    return moment_words(at, office_zone())


def by_and_when(name: str | None, at: datetime | None) -> str:
    """Return a person's name and a time in words, or "" if there is no time."""
    return f"{name}, {_when(at)}" if at is not None else ""


def rows_of(by: Attendance) -> Any:
    """Return the disclosures about reports at the officer's desks, with the people named in them."""
    return (
        Dissemination.objects.filter(report__in=reports_of(by.desk_ids))
        .select_related(
            "partner__organisation", "written_by", "checked_by", "received_by", "answered_by", "ended_by"
        )
        .prefetch_related("earlier__by")
    )


def _line(row: Dissemination, by: Attendance, at: datetime) -> SentLine:
    purposes = load_pack(settings.PACK).partners.purposes
    purpose, state = purposes.get(row.purpose), DisseminationState(row.state)
    return SentLine(
        id=row.id,
        report=row.report_id,
        short=short_name(row.report_id),
        partner_id=row.partner_id,
        partner=f"{row.partner.organisation.name}: {row.partner.name}",
        purpose=purpose.name if purpose is not None else row.purpose,
        state=state,
        state_words=UNANSWERED if row.unanswered(at) else STATE_WORDS[state],
        reference=short_name(row.id),
        turn=states.TURNS[state],
        urgent=row.urgent,
        to_read=row.to_read,
        mine=row.written_by_id == by.officer_id,
        due_words=due_words(row.due_at, at, office_zone()) if row.due_at is not None else "",
        overdue=row.due_at is not None and is_overdue(row.due_at, at),
        version=row.version,
        meets_on=row.meets_on,
    )


def open_lines(*, by: Attendance, at: datetime) -> tuple[SentLine, ...]:
    """Return the disclosures at the officer's desks that need action, ordered by deadline.

    Their text is not included. Logged. Raises Refused.
    """
    with on_the_record(Act.DISSEMINATIONS_LISTED, by=by):
        by.require(Capability.FOLLOW_DISSEMINATION)
        journal.record(Act.DISSEMINATIONS_LISTED, actor=by.officer_id)
    waits = WAITS | Q(id__in=_sent_back(by).values("id"))
    found = rows_of(by).filter(waits).order_by("due_at", "id")[:500]
    return tuple(_line(row, by, at) for row in found)


@dataclass(frozen=True)
class Calls:
    """Counts of the disclosures that need this officer's attention.

    They cover colleagues' disclosures to review, replies from partners, and disclosures that a colleague
    sent back.
    """

    to_read: int
    answered: int
    sent_back: int


def calls_for(by: Attendance) -> Calls:
    """Return the counts across the officer's desks, for the home page.

    All are zero for an officer who does not work with partners.
    """
    if not by.may(Capability.FOLLOW_DISSEMINATION):
        return Calls(0, 0, 0)
    found = Dissemination.objects.filter(report__in=reports_of(by.desk_ids)).aggregate(
        to_read=Count("id", filter=UNREAD & ~Q(written_by_id=by.officer_id)),
        answered=Count("id", filter=Q(state=DisseminationState.ANSWERED)),
        sent_back=Count("id", filter=Q(id__in=_sent_back(by).values("id"))),
    )
    return Calls(**found)


def sent_about(ref: UUID, *, by: Attendance) -> tuple[str, ...]:
    """Return the names of the partners that received a disclosure about a report at the officer's desks.

    No text is opened, so no keys are needed.
    """
    found = rows_of(by).filter(report=ref).exclude(sent_at=None)
    return tuple(sorted({f"{row.partner.organisation.name}: {row.partner.name}" for row in found}))


def _sent_back(by: Attendance) -> QuerySet[Dissemination]:
    """Return this officer's disclosures that a colleague rejected.

    A rejection counts until the officer writes to that partner again or closes the report.
    """
    anew = Dissemination.objects.filter(
        report=OuterRef("report"), partner=OuterRef("partner"), written_at__gt=OuterRef("written_at")
    )
    return Dissemination.objects.filter(
        ~Exists(anew),
        written_by_id=by.officer_id,
        state=DisseminationState.NOT_SENT,
        report__in=reports_of(by.desk_ids),
    ).exclude(report__stage__in=[Stage.CLOSED, Stage.DISPOSED])


def lines_about(refs: Collection[UUID], *, by: Attendance, at: datetime) -> tuple[SentLine, ...]:
    """Return the disclosures about reports at the officer's desks, newest first. No text is opened. Raises Refused."""
    by.require(Capability.FOLLOW_DISSEMINATION)
    return tuple(
        _line(row, by, at) for row in rows_of(by).filter(report__in=refs).order_by("-written_at", "id")
    )


def sent_on(ref: UUID, basis: str, *, by: Attendance) -> tuple[str, ...]:
    """Return which partners were sent a report on a legal basis, and when each opened it. Withdrawn disclosures are left out.

    No text is opened, so no keys are needed.
    """
    found = rows_of(by).filter(report=ref, basis=basis).exclude(sent_at=None)
    return tuple(
        f"{row.partner.organisation.name}: {row.partner.name}, sent on {_when(row.sent_at)}, "
        + (f"opened on {_when(row.received_at)}" if row.received_at else "not opened yet")
        for row in found.exclude(state=DisseminationState.WITHDRAWN).order_by("sent_at", "id")
    )


def of_report(ref: UUID, *, by: Attendance, at: datetime) -> tuple[SentFile, ...]:
    """Return the disclosures about a report with their text, newest first.

    The view is logged before this returns. Raises NotHere, Refused and Locked.
    """
    return _read(ref, Q(), by=by, at=at)


def _read(ref: UUID, which: Q, *, by: Attendance, at: datetime) -> tuple[SentFile, ...]:
    with on_the_record(Act.DISSEMINATION_READ, by=by, ref=ref):
        report = reports_of(by.desk_ids).filter(pk=ref).first()
        if report is None:
            raise NotHere
        by.require(Capability.FOLLOW_DISSEMINATION, report.desk_id, report.watch_id)
        rows = list(rows_of(by).filter(which, report=report).order_by("-written_at", "id"))
    words = opened_texts(report, rows, by)
    if rows:
        shown = conflict_terms.words_in([dict(one) for one in words.values()])
        with transaction.atomic():
            conflict_terms.record_look(Act.DISSEMINATION_READ, shown, by=by, report=ref, desk=report.desk_id)
    return tuple(_file(row, words, by, at) for row in rows)


def one(ident: UUID, *, by: Attendance, at: datetime) -> SentFile:
    """Return one disclosure with its text.

    Logged as in `of_report`. Raises NotHere, Refused and Locked.
    """
    report = rows_of(by).filter(pk=ident).values_list("report_id", flat=True).first()
    if report is None:
        raise NotHere
    found = _read(report, Q(pk=ident), by=by, at=at)
    if not found:
        raise NotHere
    return found[0]


def opened_texts(report: Report, rows: list[Dissemination], by: Attendance) -> dict[UUID, dict[str, Any]]:
    """Return the text of every sealed part of these disclosures that this officer can decrypt."""
    ring = by.keys()
    wanted = {
        one for row in rows for one in (row.container, row.necessity, row.answer, row.ended_words) if one
    }
    wanted |= {one.container for row in rows for one in row.earlier.all()}
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
        files=disclosing.files_in(sent),
        line=line,
        basis=rules.bases.get(row.basis, row.basis),
        conditions=tuple(rules.conditions.get(one, one) for one in row.conditions),
        title=str(sent.get("title", "It cannot be opened with your keys.")),
        text=str(sent.get("text", "")),
        necessity=str(why.get("necessity", "")),
        written=by_and_when(row.written_by.name, row.written_at),
        checked=by_and_when(row.checked_by.name if row.checked_by is not None else "", row.checked_at),
        sent=_when(row.sent_at),
        arrived=by_and_when(row.received_by.name if row.received_by is not None else "", row.received_at),
        arrived_signed=_holds(
            row.receipt, row.received_by_id, receipt_paper(row.id, bytes(row.sha256), row.partner_id)
        ),
        answer_wanted=row.answer_minutes is not None,
        answer_words=rules.answer_words(row.answer_code),
        answer=answer,
        answered=by_and_when(row.answered_by.name if row.answered_by is not None else "", row.answered_at),
        answer_signed=answer_holds(row, row.answer_code, said, row.answer_voice, row.answered_by_id),
        earlier=tuple(
            EarlierReply(
                rules.answer_words(one.code),
                by_and_when(one.by.name, one.at),
                str(words.get(one.container, {}).get("text", "")),
                answer_holds(row, one.code, words.get(one.container, {}), one.voice, one.by_id),
            )
            for one in sorted(row.earlier.all(), key=lambda one: -one.number)
        ),
        ended=by_and_when(row.ended_by.name if row.ended_by is not None else "", row.ended_at),
        ended_words=str(ended.get("reason", "")),
        can_check=line.to_read and not line.mine,
        can_withdraw=row.state
        in {DisseminationState.TO_CHECK, DisseminationState.SENT, DisseminationState.RECEIVED},
        can_finish=row.state in {DisseminationState.RECEIVED, DisseminationState.ANSWERED},
        compared=key is not None and row.compared == key.epoch,
    )


def answer_holds(
    row: Dissemination,
    code: str,
    said: Mapping[str, Any],
    voice: Mapping[str, Any] | None,
    officer: UUID | None,
) -> bool | None:
    """Return whether a partner's reply bears the signature of the person recorded as its author."""
    salted = session_signing.salted(str(said.get("text", "")), str(said.get("salt", "")))
    return _holds(voice, officer, answer_paper(row.id, code, salted, row.partner_id))


def _holds(said: Mapping[str, Any] | None, officer: UUID | None, body: bytes) -> bool | None:
    """Return whether the named person signed exactly this content.

    None means that nobody has signed yet.
    """
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
    """Return warnings about passages in a disclosure that may identify the reporter.

    The rules are in `packs.rules.partners`. A hint never blocks the disclosure. The report is opened for the
    comparison, for an officer who may read it, and this is logged as a view. Raises NotHere, Locked and
    CannotOpen.
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
