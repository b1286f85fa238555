"""A pack's time limits for seeing reports, acting on them and paging people, including limits in working days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class PriorityClock:
    """The time limits within which an officer must see a report of one priority and act on it.

    `next_within` is the time from the first take, or from an action, to the next action. `wait_within` is the same
    after something was asked of others or sent to them. `review_within` is the furthest review that may be set.
    """

    code: str
    name: str
    seen_within: timedelta
    next_within: timedelta
    wait_within: timedelta
    review_within: timedelta


@dataclass(frozen=True, slots=True)
class OnCallStep:
    """A step of the on-call chain: who is paged if nobody has taken the report in time.

    `after` is the waiting time before they are paged.
    """

    after: timedelta
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class KindClocks:
    """The time limits that are specific to one kind of report.

    If `working_days` is not set, the first time limit depends on the priority. `odd_hours` are the working hours within
    which it is settled what became of something odd that a request mentions.
    """

    first_priority: Mapping[str, str]
    working_days: int
    minutes: Mapping[str, timedelta]
    odd_hours: int = 0


@dataclass(frozen=True, slots=True)
class Timetable:
    """The time limits for one kind of report, in the form that `dispatch.clocks` expects from a pack."""

    first_priority: Mapping[str, str]
    priorities: Mapping[str, PriorityClock]
    clocks: Mapping[str, timedelta]
