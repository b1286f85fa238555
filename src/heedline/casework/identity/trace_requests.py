"""Requests to have a reporter traced elsewhere because life is at risk.

The officer who holds the report makes the request, and an authoriser from another team decides it, with
reasons. If it is agreed, a written statement sets out what is held about the reporter.

Nothing here traces anybody, and nothing here could. Whoever is asked elsewhere receives the statement
(`identity/data_inventory.py`), and their powers are a matter of other laws. The service tells the
reporter nothing: neither their status nor their messages change. A trace request is decided like a
request to open an identity (`identity/requests.py`), releases nothing, and can be made only while the
report's assessment says that life is at risk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import NotHere
from heedline.casework.identity import data_inventory
from heedline.casework.identity.lines import when_words
from heedline.casework.identity.requests import (
    TRACE,
    Decision,
    check_decider,
    earlier_of,
    keep_request,
    reply_of,
    request_on_the_record,
    requests_of,
    seal_reasons,
    to_decide,
    words_of,
)
from heedline.casework.keys.directory import desk_that_decides
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import find, record, verb
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.packs import load_pack
from heedline.permits import functions
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow

ONLY_FOR_LIFE = "Only for reports assessed as a danger to life. Assess the report first."


@dataclass(frozen=True)
class TraceApplication:
    """An officer's trace request.

    `ground` is a code from the pack. `tried` is what was tried first.
    """

    ground: str
    necessity: str = field(repr=False)
    tried: str = field(repr=False)
    proportion: str = field(repr=False)


@verb(Act.TRACE_ASKED)
def ask(ref: UUID, asking: TraceApplication, *, by: Attendance, at: datetime) -> UUID:
    """As the report's owner, request that its reporter be traced elsewhere, and return the request's id.

    The authorisers are paged. Raises NotHere, Refused, Locked and NoRoom. Raises NotNow where life is not at
    risk, while a request is waiting, after one was agreed, and when nobody can decide. Raises ValueError for
    an unknown ground.
    """
    if asking.ground not in load_pack(settings.PACK).tracing.grounds:
        raise ValueError("a ground that nobody offered")
    said = {
        "necessity": words_of(asking.necessity),
        "tried": words_of(asking.tried),
        "proportion": words_of(asking.proportion),
    }
    found = find(ref, by=by, at=at)
    found.permit(Capability.ASK_TRACE)
    if not found.report.danger_to_life:
        raise NotNow(ONLY_FOR_LIFE)
    if earlier_of(found, TRACE).filter(approved=True).exists():
        raise NotNow("The request was agreed. You can print the statement.")
    authorisers = desk_that_decides(functions.who_decides_trace(ref), at.date())
    if authorisers is None:
        raise NotNow(
            "No authoriser from another team can decide this here. Ask your force’s duty superintendent."
        )
    request = keep_request(found, said, to=authorisers, ground=asking.ground, minutes=0, purpose=TRACE)
    record(found, Act.TRACE_ASKED, request=str(request), ground=asking.ground)
    post(Letter.IDENTITY_ASKED, desk=authorisers.desk, thing_id=request, at=at)
    return request


def decide(request_id: UUID, decision: Decision, *, by: Attendance, at: datetime) -> None:
    """Approve or refuse a trace request, with reasons.

    Agreement releases nothing and traces nobody. It allows the statement to be printed. Raises NotHere,
    Locked and NoRoom. Raises Refused for one's own request and for anyone who can open reports. Raises
    NotNow when the request has already been decided, the report has moved to another desk, or its assessment
    no longer says that life is at risk.
    """
    reasons = words_of(decision.reasons)
    with request_on_the_record(Act.TRACE_DECIDED, by=by, request=request_id):
        asked = to_decide(request_id, reply_of(decision), by, TRACE)
        by.require(Capability.DECIDE_TRACE, asked.authoriser_desk_id)
        check_decider(asked, reply_of(decision), by, at)
        by.keys()  # who decides has unlocked, like for an identity: a screen left open decides nothing
        words, digest = seal_reasons(asked, reasons)
        if not functions.decide_identity(
            request_id, approved=decision.approve, words=words, sha256=digest, released=None
        ):
            raise NotNow(
                "It can no longer be agreed: somebody has decided, the report has left that desk, or it is "
                "no longer assessed as a danger to life."
            )
        journal.record(
            Act.TRACE_DECIDED,
            actor=by.officer_id,
            desk=asked.desk_id,
            thing="report",
            thing_id=asked.report_id,
            detail={"request": str(request_id), "approved": decision.approve},
        )
        alarms.resolve(AlarmEvent.DECIDED, request_id, by=by, at=at)


@dataclass(frozen=True)
class TraceStatement:
    """A statement of the data held about one report's reporter.

    It is for the requesting officer and for the person who receives the document. `number` is the request's
    id, `edition` is the program version that produced the statement, and `site` is the public address that it
    serves. Nothing in the statement comes from the report. `theirs` is True when the viewer may see the
    report.
    """

    number: UUID
    ref: UUID
    theirs: bool
    short: str
    desk: str
    ground_words: str
    asked_by: str
    asked_words: str
    decided_by: str
    decided_words: str
    made_words: str
    elsewhere: str
    site: str
    edition: str
    holds: tuple[data_inventory.HeldData, ...]
    lacks: tuple[data_inventory.Lack, ...]


def statement(request_id: UUID, *, by: Attendance, at: datetime) -> TraceStatement:
    """Return the statement for an approved trace request.

    The log records that it was produced before this returns. Raises NotHere for anyone who neither made the
    request, nor decides it, nor works at the report's desk. Raises NotNow before it was agreed.
    """
    with request_on_the_record(Act.TRACE_STATED, by=by, request=request_id):
        rows = requests_of(by).filter(pk=request_id, purpose=TRACE)
        asked = rows.select_related("desk", "asked_by", "decided_by").first()
        if asked is None:
            raise NotHere
        if not asked.approved or asked.decided_by is None:
            raise NotNow("The statement is available once an authoriser has agreed.")
        journal.record(
            Act.TRACE_STATED,
            actor=by.officer_id,
            desk=asked.desk_id,
            thing="report",
            thing_id=asked.report_id,
            detail={"request": str(request_id)},
        )
    tracing = load_pack(settings.PACK).tracing
    here = at.astimezone(office_zone())
    return TraceStatement(
        number=asked.id,
        ref=asked.report_id,
        theirs=reports_of(by.desk_ids).filter(pk=asked.report_id).exists(),
        short=short_name(asked.report_id),
        desk=asked.desk.name,
        ground_words=tracing.grounds.get(asked.ground, asked.ground),
        asked_by=asked.asked_by.name,
        asked_words=when_words(asked.asked_at),
        decided_by=asked.decided_by.name,
        decided_words=when_words(asked.decided_at),
        made_words=f"{here:%-d %B %Y, %H:%M} {here.tzname()}",
        elsewhere=tracing.elsewhere,
        site=settings.PUBLIC_URL,
        edition=settings.EDITION,
        holds=data_inventory.holds(),
        lacks=data_inventory.LACKS,
    )
