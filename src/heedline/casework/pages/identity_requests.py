"""View data for identity requests, for the requesting desk and the authorisers.

An authoriser sees the ground, the officer's written case, the report's short name and the desk. They
never see the report or the identity. Nothing here differs when the reporter gave a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.audit.models import Event
from heedline.casework.access import session
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.identity.lines import (
    IdentityRequestLine,
    IdentityRequestState,
    RequestFacts,
    line_of,
    when_words,
)
from heedline.casework.identity.opening import OpenedIdentity
from heedline.casework.identity.requests import (
    FOR_A_LIFE,
    OPEN,
    PART,
    TRACE,
    deciding_desks,
    decision_request,
    opens_reports,
    request_on_the_record,
    requests_of,
)
from heedline.casework.identity.trace_requests import ONLY_FOR_LIFE
from heedline.casework.pages.access_history import LookLine
from heedline.casework.report import notes
from heedline.casework.report.answers import AnswerSection, under_headings
from heedline.casework.report.opening import short_name
from heedline.casework.report.question_editions import questions_of
from heedline.casework.report.verb import standing_of
from heedline.desks.models import Officer
from heedline.permits import functions, gate
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.rules import Standing, why_not
from heedline.permits.scopes import reports_of
from heedline.permits.second_person import Reply, RequestState
from heedline.reports.lifecycle import Stage
from heedline.reports.models import IdentityRequest, Report
from heedline.vault import CannotOpen

_LOG = (
    Act.IDENTITY_ASKED,
    Act.IDENTITY_REQUEST_READ,
    Act.IDENTITY_DECIDED,
    Act.IDENTITY_OPENED,
    Act.TRACE_ASKED,
    Act.TRACE_REQUEST_READ,
    Act.TRACE_DECIDED,
    Act.TRACE_STATED,
)
#: How long one is told on the first page that a request of one's own was decided.
_TOLD_FOR = timedelta(days=1)
_SHOWN = 50


@dataclass(frozen=True)
class RequestFile:
    """An identity or trace request, with the arguments for and against and its history, newest first.

    `risk` belongs to a request to open an identity. `tried` and `proportion` belong to a request to have a
    reporter traced.
    """

    line: IdentityRequestLine
    necessity: str = field(repr=False)
    risk: str = field(repr=False)
    tried: str = field(repr=False)
    proportion: str = field(repr=False)
    reasons: str = field(repr=False)
    readable: bool
    history: tuple[LookLine, ...]
    may_decide: bool = False
    why_not: str = ""
    conditions: str = field(repr=False, default="")


@dataclass(frozen=True)
class Requests:
    """Requests awaiting this officer's decision, their desk's recent decisions, and their own requests."""

    decides: bool
    waiting: tuple[IdentityRequestLine, ...]
    decided: tuple[IdentityRequestLine, ...]
    asked: tuple[IdentityRequestLine, ...]


@dataclass(frozen=True)
class ShownIdentity:
    """An opened identity, which the page may display until `until`.

    `watermark` states who is viewing, when, and which report. `safely` is how the reporter can be reached
    (channels, times, language, voicemail), and is shown above the identity.
    """

    ref: UUID
    short: str
    given: bool
    safely: tuple[AnswerSection, ...] = field(repr=False)
    told: tuple[AnswerSection, ...] = field(repr=False)
    watermark: str
    until: datetime
    until_words: str


def _line(asked: IdentityRequest, by: Attendance, at: datetime) -> IdentityRequestLine:
    return line_of(
        RequestFacts(
            id=asked.id,
            report=asked.report_id,
            desk=asked.desk.name,
            ground=asked.ground,
            minutes=asked.minutes,
            asked_by=asked.asked_by.name,
            asked_by_id=asked.asked_by_id,
            asked_at=asked.asked_at,
            decided_by=asked.decided_by.name if asked.decided_by is not None else "",
            decided_at=asked.decided_at,
            opens_until=asked.opens_until,
            purpose=asked.purpose,
            approved=asked.approved,
            granted_minutes=asked.granted_minutes,
            asked_back=asked.asked_back,
        ),
        by=by,
        at=at,
    )


def requests(*, by: Attendance, at: datetime) -> Requests:
    """Return the requests that concern this officer.

    Waiting requests are listed oldest first and decided ones newest first. Opens nothing.
    """
    rows = requests_of(by).select_related("desk", "asked_by", "decided_by")
    desks = deciding_desks(by)
    ours = rows.filter(authoriser_desk_id__in=desks)
    return Requests(
        decides=bool(desks),
        waiting=tuple(_line(one, by, at) for one in ours.filter(decided_at=None).order_by("asked_at")),
        decided=tuple(
            _line(one, by, at) for one in ours.exclude(decided_at=None).order_by("-decided_at")[:_SHOWN]
        ),
        asked=tuple(
            _line(one, by, at)
            for one in rows.filter(asked_by_id=by.officer_id).order_by("-asked_at")[:_SHOWN]
        ),
    )


def waiting_for(by: Attendance) -> int:
    """Return the number of requests that this officer's authorising desk has yet to decide."""
    return IdentityRequest.objects.filter(authoriser_desk_id__in=deciding_desks(by), decided_at=None).count()


@dataclass(frozen=True)
class RepliesToRequests:
    """How many of an officer's own requests were decided, and how many came back with a question from an authoriser."""

    decided: int
    questions: int


def decided_lately(*, by: Attendance, at: datetime) -> RepliesToRequests:
    """Return how many of this officer's own requests were answered in the past day.

    Shown on the home page.
    """
    mine = requests_of(by).filter(asked_by_id=by.officer_id, decided_at__gt=at - _TOLD_FOR)
    question = Q(asked_back=True)
    found = mine.aggregate(decided=Count("id", filter=~question), questions=Count("id", filter=question))
    return RepliesToRequests(**found)


def is_trace(request_id: UUID, *, by: Attendance) -> bool:
    """Return True if this is a trace request that the officer may see."""
    return requests_of(by).filter(pk=request_id, purpose=TRACE).exists()


def minutes_asked(request_id: UUID, *, by: Attendance) -> int:
    """Return the minutes of access that an identity request asks for.

    Raises NotHere.
    """
    asked = requests_of(by).filter(pk=request_id).first()
    if asked is None:
        raise NotHere
    return asked.minutes


def _file(asked: IdentityRequest, ring: Keyring, by: Attendance, at: datetime) -> RequestFile:
    sealed = functions.release_words(asked.id)
    said: dict[str, Any] = {}
    readable = True
    for container in filter(None, (asked.asked_words, asked.decided_words)):
        try:
            part = sealed[container]
            said |= notes.open_words(container, part.header, part.payload, ring.for_any(part.epochs), PART)
        except (CannotOpen, KeyError):
            readable = False
    return RequestFile(
        line=_line(asked, by, at),
        necessity=str(said.get("necessity", "")),
        risk=str(said.get("risk", "")),
        tried=str(said.get("tried", "")),
        proportion=str(said.get("proportion", "")),
        reasons=str(said.get("reasons", "")),
        readable=readable,
        history=_history(asked),
        conditions=str(said.get("conditions", "")),
    )


def _history(asked: IdentityRequest) -> tuple[LookLine, ...]:
    rows = list(
        Event.objects.filter(thing_id=asked.report_id, act__in=_LOG, detail__request=str(asked.id)).order_by(
            "-id"
        )[:200]
    )
    names = dict(Officer.objects.filter(id__in={row.actor for row in rows}).values_list("id", "name"))
    return tuple(
        LookLine(
            act=row.act,
            by=names.get(row.actor, "The service") if row.actor is not None else "The service",
            when_words=when_words(row.at),
            refused=row.outcome == "refused",
        )
        for row in rows
    )


def of_report(ref: UUID, *, by: Attendance, at: datetime) -> tuple[tuple[RequestFile, ...], str]:
    """Return a report's identity requests, newest first, and the reason why this officer cannot make one.

    The requests include their text. The reason is "" when the officer can make a request. Call this
    alongside `case_file`, which logs the view. Raises NotHere and Locked.
    """
    report, files = _requests_about(ref, OPEN, by=by, at=at)
    if reason := _why_nobody_asks(report, files, Capability.ASK_IDENTITY, by):
        return files, reason
    if any(one.line.open and one.line.mine for one in files):
        return files, "You already have access. You can ask again when it expires."
    return files, _why_not_ask(standing_of(report, by.officer_id, at), by)


def traces_of(ref: UUID, *, by: Attendance, at: datetime) -> tuple[tuple[RequestFile, ...], str]:
    """Return a report's trace requests, newest first, and the reason why this officer cannot make one.

    Otherwise as `of_report`. Raises NotHere and Locked.
    """
    report, files = _requests_about(ref, TRACE, by=by, at=at)
    reason = _why_nobody_asks(report, files, Capability.ASK_TRACE, by, only_if_danger=True)
    if not reason and any(one.line.agreed for one in _of_our_desks(files, by)):
        reason = "The request was agreed. You can print the statement."
    return files, reason or why_not(Capability.ASK_TRACE, standing_of(report, by.officer_id, at)) or ""


def _requests_about(
    ref: UUID, purpose: str, *, by: Attendance, at: datetime
) -> tuple[Report, tuple[RequestFile, ...]]:
    report = reports_of(by.desk_ids).filter(pk=ref).first()
    if report is None:
        raise NotHere
    rows = requests_of(by).filter(report_id=ref, purpose=purpose)
    rows = rows.select_related("desk", "asked_by", "decided_by")
    return report, tuple(_file(one, by.keys(), by, at) for one in rows.order_by("-asked_at"))


def _why_nobody_asks(
    report: Report,
    files: Iterable[RequestFile],
    capability: Capability,
    by: Attendance,
    *,
    only_if_danger: bool = False,
) -> str:
    """Return the reason why neither an identity nor a trace request can be made, or "".

    The reason concerns the officer's role, the stage, the danger or a request that is still waiting.
    """
    if not gate.allows(by.appointments, capability, [report.desk_id, report.watch_id]):
        return "Your role on this desk does not include this."
    if report.stage == Stage.CLOSED:
        return "This report is closed. Open it again first."
    if only_if_danger and not report.danger_to_life:
        return ONLY_FOR_LIFE
    if any(one.line.state is IdentityRequestState.WAITING for one in _of_our_desks(files, by)):
        return "Your desk has asked. An authoriser is about to decide."
    return ""


def _of_our_desks(files: Iterable[RequestFile], by: Attendance) -> tuple[RequestFile, ...]:
    names = {desk.name for desk in by.desks}
    return tuple(one for one in files if one.line.desk_name in names)


def _why_not_ask(standing: Standing, by: Attendance) -> str:
    """Return the reason why the officer may not make a request, or "".

    Missing training is no reason when a life is in danger, so the form is still shown and `ask` decides.
    """
    try:
        by.require(
            Capability.ASK_IDENTITY,
            standing.desk_id,
            standing.watch_id,
            standing=standing,
            excused=standing.danger,
        )
    except Refused as refused:
        return refused.reason
    return ""


def _why_not_decide(asked: IdentityRequest, by: Attendance, at: datetime) -> str:
    """Return the reason why the officer may not decide the request, or ""."""
    request = decision_request(asked)
    if request.state is not RequestState.WAITING:
        return request.rule.decided
    deciding = Capability.DECIDE_TRACE if asked.purpose == TRACE else Capability.DECIDE_IDENTITY
    try:
        by.require(deciding, asked.authoriser_desk_id, excused=asked.ground in FOR_A_LIFE)
    except Refused as refused:
        return refused.reason
    opens = opens_reports(by, (asked.desk_id,))
    return request.why_not(Reply.AGREE, by=by.officer_id, today=at.date(), reads_reports=opens)


def request(request_id: UUID, *, by: Attendance, at: datetime) -> RequestFile:
    """Return a request, with its text, for an officer who may decide it.

    The view is logged first. Raises NotHere and Locked.
    """
    with request_on_the_record(Act.IDENTITY_REQUEST_READ, by=by, request=request_id):
        rows = IdentityRequest.objects.filter(
            Q(authoriser_desk_id__in=deciding_desks(by)), pk=request_id
        ).select_related("desk", "asked_by", "decided_by")
        asked = rows.first()
        if asked is None:
            raise NotHere
        ring = by.keys()
        journal.record(
            Act.TRACE_REQUEST_READ if asked.purpose == TRACE else Act.IDENTITY_REQUEST_READ,
            actor=by.officer_id,
            desk=asked.desk_id,
            thing="report",
            thing_id=asked.report_id,
            detail={"request": str(asked.id)},
        )
    file = _file(asked, ring, by, at)
    reason = _why_not_decide(asked, by, at)
    return replace(file, may_decide=not reason, why_not=reason)


def _only(
    answers: Mapping[str, Mapping[str, object]], wanted: Callable[[tuple[str, str]], bool]
) -> dict[str, dict[str, object]]:
    return {
        page: {name: value for name, value in values.items() if wanted((page, name))}
        for page, values in answers.items()
    }


def shown(opened: OpenedIdentity, *, by: Attendance) -> ShownIdentity:
    """Return an opened identity as question and answer rows, with the watermark for each page."""
    asked = questions_of(opened.question_set, opened.kind)
    safely: tuple[AnswerSection, ...] = ()
    if asked is None:
        told = tuple(
            AnswerSection(page, tuple((name, (str(value),)) for name, value in answers.items()))
            for page, answers in opened.answers.items()
        )
    else:
        # what a browser may fill in by itself is who they are; all else that is asked there is how to reach them
        themselves = {
            (step.slug, one.name) for step in asked.steps for one in step.fields if one.autocomplete != "off"
        }
        safely = under_headings(asked, _only(opened.answers, lambda key: key not in themselves))
        told = under_headings(asked, _only(opened.answers, lambda key: key in themselves))
    short = short_name(opened.report)
    zone = opened.opened_at.astimezone(session.office_zone())
    return ShownIdentity(
        ref=opened.report,
        short=short,
        given=bool(opened.answers),
        safely=safely,
        told=told,
        watermark=f"Opened by {by.name}, {zone:%-d %B %Y, %H:%M:%S} {zone.tzname()}, report {short}",
        until=opened.until,
        until_words=when_words(opened.until),
    )
