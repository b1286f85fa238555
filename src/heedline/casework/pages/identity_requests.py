"""What is shown of requests to open who sent a report, as frozen dataclasses: to the desk that asks and to whoever decides.

An authoriser sees ground, words, the report's short name and the desk: never the report, never the identity. Nothing
here is different for a report whose sender gave a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.audit.models import Event
from heedline.casework.access import session
from heedline.casework.access.session import Attendance, Keyring
from heedline.casework.errors import NotHere
from heedline.casework.identity.lines import (
    IdentityRequestLine,
    IdentityRequestState,
    RequestFacts,
    line_of,
    when_words,
)
from heedline.casework.identity.requests import (
    FOR_A_LIFE,
    OPEN,
    PART,
    TRACE,
    OpenedIdentity,
    deciding_desks,
    decision_request,
    opens_reports,
    request_on_the_record,
    requests_of,
)
from heedline.casework.identity.trace_requests import ONLY_FOR_LIFE
from heedline.casework.pages.case_file import LookLine
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
from heedline.reports.models import IdentityRequest
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
    """One request with what was written for and against, and everything that happened with it, newest first.

    `risk` is of a request to open an identity; `tried` and `proportion` are of one to have a sender traced.
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


@dataclass(frozen=True)
class Requests:
    """What waits for this person's decision, what their desk has decided lately, and what they have asked themselves."""

    decides: bool
    waiting: tuple[IdentityRequestLine, ...]
    decided: tuple[IdentityRequestLine, ...]
    asked: tuple[IdentityRequestLine, ...]


@dataclass(frozen=True)
class ShownIdentity:
    """Who sent a report, for the page that shows it until `until`. `watermark`: who is looking, when, at what.

    `safely`: how they may be reached (ways, times, language, voicemail), which stands before who they are.
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
        ),
        by=by,
        at=at,
    )


def requests(*, by: Attendance, at: datetime) -> Requests:
    """The requests that concern this person: the oldest waiting first, the newest decided first. Opens nothing."""
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
    """How many requests wait for somebody of this person's desk of authorisers."""
    return IdentityRequest.objects.filter(authoriser_desk_id__in=deciding_desks(by), decided_at=None).count()


def decided_lately(*, by: Attendance, at: datetime) -> int:
    """How many of this person's own requests were decided within a day: they are told on their first page."""
    mine = requests_of(by).filter(asked_by_id=by.officer_id, decided_at__gt=at - _TOLD_FOR)
    return mine.count()


def is_trace(request_id: UUID, *, by: Attendance) -> bool:
    """Whether this request, as far as this person may see it, asks that a sender be traced."""
    return requests_of(by).filter(pk=request_id, purpose=TRACE).exists()


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
    """Every request to open who sent a report, with its words, newest first; why this person cannot ask now ("": they can).

    Call it beside `case_file`, which logs the look. Raises NotHere and Locked.
    """
    report = reports_of(by.desk_ids).filter(pk=ref).first()
    if report is None:
        raise NotHere
    rows = requests_of(by).filter(report_id=ref, purpose=OPEN)
    rows = rows.select_related("desk", "asked_by", "decided_by")
    files = tuple(_file(one, by.keys(), by, at) for one in rows.order_by("-asked_at"))
    standing = standing_of(report, by.officer_id, at)
    if not gate.allows(by.appointments, Capability.ASK_IDENTITY, [report.desk_id, report.watch_id]):
        return files, "Your role on this desk does not include this."
    if report.stage == Stage.CLOSED:
        return files, "This report is closed. Open it again first."
    if any(
        one.line.state == IdentityRequestState.WAITING and one.line.desk_name in _names(by) for one in files
    ):
        return files, "Your desk has asked. An authoriser is about to decide."
    if any(one.line.state == IdentityRequestState.OPEN and one.line.mine for one in files):
        return files, "It is open to you now. You can ask again when the time is over."
    return files, _why_not_ask(standing, by)


def _why_not_ask(standing: Standing, by: Attendance) -> str:
    """What keeps them from asking. For a life in danger no training does, so the form is there and `ask` decides."""
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
    """What keeps them from deciding; empty when nothing does."""
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


def traces_of(ref: UUID, *, by: Attendance, at: datetime) -> tuple[tuple[RequestFile, ...], str]:
    """The same of requests to have its sender traced. Raises NotHere and Locked."""
    report = reports_of(by.desk_ids).filter(pk=ref).first()
    if report is None:
        raise NotHere
    rows = requests_of(by).filter(report_id=ref, purpose=TRACE)
    rows = rows.select_related("desk", "asked_by", "decided_by")
    files = tuple(_file(one, by.keys(), by, at) for one in rows.order_by("-asked_at"))
    standing = Standing(
        report.desk_id, report.watch_id, report.holder_id, report.lease_until, report.stage, at, by.officer_id
    )
    ours = {one.line.state for one in files if one.line.desk_name in _names(by)}
    if not gate.allows(by.appointments, Capability.ASK_TRACE, [report.desk_id, report.watch_id]):
        return files, "Your role on this desk does not include this."
    if report.stage == Stage.CLOSED:
        return files, "This report is closed. Open it again first."
    if not report.danger_to_life:
        return files, ONLY_FOR_LIFE
    if IdentityRequestState.WAITING in ours:
        return files, "Your desk has asked. An authoriser is about to decide."
    if IdentityRequestState.AGREED in ours:
        return files, "It was agreed to. The statement can be printed."
    return files, why_not(Capability.ASK_TRACE, standing) or ""


def _names(by: Attendance) -> Iterable[str]:
    return {desk.name for desk in by.desks}


def request(request_id: UUID, *, by: Attendance, at: datetime) -> RequestFile:
    """One request for somebody who may decide, with its words; the look is logged first. Raises NotHere and Locked."""
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
    """An opened identity in the words of its questions, with the mark that every page of it carries."""
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
