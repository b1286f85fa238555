"""The status of identity requests, as shown in lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.duty.paging import DECIDED_WITHIN
from heedline.casework.identity.requests import GRANTABLE, GROUNDS, LIMITS, OPEN, TRACE
from heedline.casework.report.opening import short_name
from heedline.dispatch.clocks import moment_words
from heedline.packs import load_pack


class IdentityRequestState(StrEnum):
    """The states of an identity request, as shown on a page."""

    WAITING = "waiting"
    REFUSED = "refused"
    OPEN = "open"
    ENDED = "ended"
    AGREED = "agreed"  # of a trace
    ASKED_BACK = "asked-back"


@dataclass(frozen=True)
class RequestFacts:
    """The facts stored in an identity request's row.

    `desk` is the name of the requesting desk. `decided_by` is "" until the request has been decided.
    """

    id: UUID
    report: UUID
    desk: str
    ground: str
    minutes: int
    asked_by: str
    asked_by_id: UUID
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    opens_until: datetime | None
    purpose: str = OPEN
    approved: bool | None = None
    granted_minutes: int | None = None
    asked_back: bool = False

    def state(self, at: datetime) -> IdentityRequestState:
        """Return the current state of the request.

        For a trace request, the state is waiting, refused or agreed.
        """
        if self.decided_at is None:
            return IdentityRequestState.WAITING
        if self.purpose == TRACE and self.approved:
            return IdentityRequestState.AGREED
        if self.opens_until is None:
            return IdentityRequestState.ASKED_BACK if self.asked_back else IdentityRequestState.REFUSED
        return IdentityRequestState.OPEN if self.opens_until > at else IdentityRequestState.ENDED


@dataclass(frozen=True)
class IdentityRequestLine:
    """A request in a list.

    `state` is waiting, refused, open, ended or agreed. `limit_words` is "" for a trace request.
    """

    id: UUID
    ref: UUID
    short: str
    desk_name: str
    ground_words: str
    limit_words: str
    asked_by: str
    asked_words: str
    state: IdentityRequestState
    overdue: bool
    decided_by: str
    decided_words: str
    until_words: str
    mine: bool
    purpose: str = OPEN
    granted_words: str = ""
    """The granted access time as text, if it is less than was requested, otherwise ""."""

    @property
    def asked_back(self) -> bool:
        """Return True if an authoriser asked a question instead of deciding."""
        return self.state is IdentityRequestState.ASKED_BACK

    @property
    def trace(self) -> bool:
        """Return True if the request asks for the reporter to be traced elsewhere."""
        return self.purpose == TRACE

    @property
    def open(self) -> bool:
        """Return True while the requesting officer can open the identity."""
        return self.state is IdentityRequestState.OPEN

    @property
    def agreed(self) -> bool:
        """Return True if the trace was approved."""
        return self.state is IdentityRequestState.AGREED

    @property
    def state_words(self) -> str:
        """Return the state of the request as text for display."""
        match self.state:
            case IdentityRequestState.WAITING if self.overdue:
                return "Waiting for an authoriser for more than ten minutes: all authorisers are being paged"
            case IdentityRequestState.WAITING:
                return "Waiting for an authoriser"
            case IdentityRequestState.REFUSED:
                return f"Refused, {self.decided_words}"
            case IdentityRequestState.ASKED_BACK:
                return (
                    f"The authoriser has asked a question, {self.decided_words}. Answer it with a new request"
                )
            case IdentityRequestState.AGREED:
                return f"Agreed, {self.decided_words}. The statement can be printed"
            case IdentityRequestState.OPEN:
                return f"Approved. {self.asked_by} can open it until {self.until_words}"
            case _:
                return f"Approved. Access expired on {self.until_words}"


def when_words(moment: datetime | None) -> str:
    """Return a time formatted in the office's time zone."""
    return moment_words(moment, session.office_zone())


def line_of(facts: RequestFacts, *, by: Attendance, at: datetime) -> IdentityRequestLine:
    """Return the list entry for a request, as shown to the officer `by` at the time `at`."""
    trace = facts.purpose == TRACE
    grounds = load_pack(settings.PACK).tracing.grounds if trace else GROUNDS
    return IdentityRequestLine(
        id=facts.id,
        ref=facts.report,
        short=short_name(facts.report),
        desk_name=facts.desk,
        ground_words=grounds.get(facts.ground, facts.ground),
        limit_words="" if trace else LIMITS.get(facts.minutes, f"{facts.minutes} minutes"),
        asked_by=facts.asked_by,
        asked_words=when_words(facts.asked_at),
        state=facts.state(at),
        overdue=facts.decided_at is None and facts.asked_at + DECIDED_WITHIN <= at,
        decided_by=facts.decided_by,
        decided_words=when_words(facts.decided_at),
        until_words=when_words(facts.opens_until),
        mine=facts.asked_by_id == by.officer_id,
        purpose=facts.purpose,
        granted_words=""
        if facts.granted_minutes in {None, facts.minutes}
        else GRANTABLE.get(facts.granted_minutes or 0, f"{facts.granted_minutes} minutes"),
    )
