"""The two clocks of an open report, called Seen and Next action.

Seen runs from arrival, or from a reopening, to the first take. Next action starts there and runs until the report is
closed. `CLOCKS` says what each move does to them, and a property test walks every sequence of moves. Plain Python
without a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from heedline.packs.slots import minute_of, slot_end, slot_of
from heedline.packs.urgency import ClockSource, clock_code
from heedline.reports.lifecycle import Move, NotNow


class ClockEffect(StrEnum):
    """The effect of a move on a report's clocks."""

    BEGIN = "Seen starts"
    TAKE = "Seen ends and Next action starts, once; afterwards the time stays"
    KEEP = "the time stays"
    SHORTEN = "the time stays, or becomes earlier if the priority asks for it"
    OFFER = "the time stays, or becomes earlier so that the other desk accepts in time"
    RENEW = "a new time by the priority"
    WAIT = "a new time by the priority, as long as others may take"
    COMPARE = "the time by which the desks have to have compared it"
    SET = "the time that the officer chose, with a reason"
    END = "no time"
    RESTORE = "the time before the bulk closure"


CLOCKS: dict[Move, ClockEffect] = {
    Move.SUBMIT: ClockEffect.BEGIN,
    Move.TAKE: ClockEffect.TAKE,
    Move.ASSIGN: ClockEffect.TAKE,
    Move.RELEASE: ClockEffect.KEEP,
    Move.ASSESS: ClockEffect.SHORTEN,
    Move.ASK: ClockEffect.WAIT,
    Move.REFER: ClockEffect.WAIT,
    Move.DISSEMINATE: ClockEffect.WAIT,
    Move.CALL: ClockEffect.RENEW,
    Move.CHECK: ClockEffect.RENEW,
    Move.NOTE_CHECK: ClockEffect.KEEP,
    Move.REVIEW: ClockEffect.SET,
    Move.JOIN_CASE: ClockEffect.KEEP,
    Move.DISCHARGE: ClockEffect.RENEW,
    Move.HAND_OVER: ClockEffect.OFFER,
    Move.ACCEPT: ClockEffect.RENEW,
    Move.RETURN: ClockEffect.KEEP,
    Move.CLOSE: ClockEffect.END,
    Move.KEEP_CLOSING: ClockEffect.COMPARE,
    Move.STOP_CLOSING: ClockEffect.RENEW,  # a reporter’s message keeps the hour of the comparison (`door.stop_closing`)
    Move.SWEEP: ClockEffect.END,
    Move.REOPEN: ClockEffect.BEGIN,
    Move.UNDO_SWEEP: ClockEffect.RESTORE,
    Move.DISPOSE: ClockEffect.END,
}


class NextActionSource(Protocol):
    """The part of a pack that sets the time limits for work on a report (`packs.Pack`)."""

    def clock(self, name: str) -> timedelta: ...
    def timetable(self, kind: str) -> ClockSource: ...
    def seen_due(self, kind: str, code: str, counted_from: datetime, *, area: str) -> datetime: ...
    def next_due(
        self, kind: str, code: str, counted_from: datetime, *, area: str, waiting: bool = False
    ) -> datetime: ...


@dataclass(frozen=True)
class ClockState:
    """The facts about a report that its clocks depend on.

    `due_at` is the time of the clock that runs: of Seen until `seen`, of Next action afterwards. It is None only for a
    closed report.
    """

    kind: str
    area: str
    urgency: str
    priority: str
    danger_to_life: bool | None
    seen: bool
    due_at: datetime | None


def after_move(
    now: ClockState, move: Move, *, at: datetime, pack: NextActionSource, review_at: datetime | None = None
) -> tuple[bool, datetime | None]:
    """Return whether the report has been seen, and its new deadline, after a move made at `at`.

    `now` has the priority and danger that the move leaves. Everything after the first take is counted from officers'
    acts, so that nothing of the arrival is left in it. Raises NotNow for a review that is missing, past or later than
    the priority allows, and ValueError for a bulk closure that is undone, whose times its own record holds.
    """
    code = clock_code(now.urgency, now.priority, now.danger_to_life, pack.timetable(now.kind))
    start = minute_of(at)
    match CLOCKS[move]:
        case ClockEffect.BEGIN:
            return False, pack.seen_due(now.kind, code, slot_end(slot_of(at)), area=now.area)
        case ClockEffect.END:
            return now.seen, None
        case ClockEffect.KEEP:
            return now.seen, now.due_at
        case ClockEffect.TAKE if now.seen:
            return True, now.due_at
        case ClockEffect.TAKE | ClockEffect.RENEW:
            return True, pack.next_due(now.kind, code, start, area=now.area)
        case ClockEffect.WAIT:
            return True, pack.next_due(now.kind, code, start, area=now.area, waiting=True)
        case ClockEffect.COMPARE:
            return now.seen, start + pack.clock("closing")
        case ClockEffect.SHORTEN:
            return now.seen, _earlier(now.due_at, pack.next_due(now.kind, code, start, area=now.area))
        case ClockEffect.OFFER:
            return now.seen, _earlier(now.due_at, pack.seen_due(now.kind, code, start, area=now.area))
        case ClockEffect.SET:
            return True, _review(review_at, start, pack.timetable(now.kind).priorities[code].review_within)
        case ClockEffect.RESTORE:
            raise ValueError("the record of the bulk closure has these times")


def _earlier(one: datetime | None, other: datetime) -> datetime:
    return min(one, other) if one is not None else other


def _review(review_at: datetime | None, start: datetime, longest: timedelta) -> datetime:
    if review_at is None or review_at <= start:
        raise NotNow("Choose a time in the future for the next review.", about="review")
    review = minute_of(review_at)
    if review > start + longest:
        raise NotNow("That is later than this report’s priority allows.", about="review")
    return review
