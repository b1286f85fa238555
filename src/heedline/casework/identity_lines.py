"""Where a request to open who sent a report stands, in one line of words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.casework import attendance
from heedline.casework.attendance import Attendance
from heedline.casework.identity import GROUNDS, LIMITS
from heedline.casework.paging import DECIDED_WITHIN
from heedline.casework.reading import short_name


@dataclass(frozen=True)
class RequestFacts:
    """What a request's row says. `desk`: the name of the one that asks; `decided_by` is "" until somebody has."""

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

    def state(self, at: datetime) -> str:
        """waiting | refused | open | ended."""
        if self.decided_at is None:
            return "waiting"
        if self.opens_until is None:
            return "refused"
        return "open" if self.opens_until > at else "ended"


@dataclass(frozen=True)
class RequestLine:
    """One request in a list. `state`: waiting | refused | open | ended."""

    id: UUID
    ref: UUID
    short: str
    desk_name: str
    ground_words: str
    limit_words: str
    asked_by: str
    asked_words: str
    state: str
    overdue: bool
    decided_by: str
    decided_words: str
    until_words: str
    mine: bool

    @property
    def state_words(self) -> str:
        """Where the request stands."""
        match self.state:
            case "waiting" if self.overdue:
                return "Waiting for an authoriser for more than ten minutes: all of them are being called"
            case "waiting":
                return "Waiting for an authoriser"
            case "refused":
                return f"Refused, {self.decided_words}"
            case "open":
                return f"Approved. {self.asked_by} can open it until {self.until_words}"
            case _:
                return f"Approved. The time was over on {self.until_words}"


def when_words(moment: datetime | None) -> str:
    """A moment in the office's own time."""
    return f"{moment.astimezone(attendance.office_zone()):%-d %B %Y, %H:%M}" if moment is not None else ""


def line_of(facts: RequestFacts, *, by: Attendance, at: datetime) -> RequestLine:
    """The request as `by` reads it at this moment."""
    return RequestLine(
        id=facts.id,
        ref=facts.report,
        short=short_name(facts.report),
        desk_name=facts.desk,
        ground_words=GROUNDS.get(facts.ground, facts.ground),
        limit_words=LIMITS.get(facts.minutes, f"{facts.minutes} minutes"),
        asked_by=facts.asked_by,
        asked_words=when_words(facts.asked_at),
        state=facts.state(at),
        overdue=facts.decided_at is None and facts.asked_at + DECIDED_WITHIN <= at,
        decided_by=facts.decided_by,
        decided_words=when_words(facts.decided_at),
        until_words=when_words(facts.opens_until),
        mine=facts.asked_by_id == by.officer_id,
    )
