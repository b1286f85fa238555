"""The urgency of a report as answered by the reporter, and its priority as decided by an officer.

This is plain Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class Urgency(StrEnum):
    """The urgency of a report, as determined by the reporter's answers."""

    DANGER = "danger"
    PLANNED = "planned"
    SOON = "soon"
    ROUTINE = "routine"


#: The urgencies, besides danger, that page the desk before their deadline: something is planned, or the reporter is not sure.
PAGED = frozenset({Urgency.PLANNED, Urgency.SOON})


#: What an answer to the question about danger says: the same four in every form, on every page and in the API.
DANGER_ANSWERS: dict[str, Urgency] = {
    "yes": Urgency.DANGER,
    "planned": Urgency.PLANNED,
    "no": Urgency.ROUTINE,
    "not_sure": Urgency.SOON,
}


class Priority(StrEnum):
    """The priority that an officer gives a report when assessing it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Limits(Protocol):
    """The time limits for seeing and acting on reports of one priority (`packs.pack.PriorityClock`)."""

    @property
    def seen_within(self) -> timedelta: ...
    @property
    def next_within(self) -> timedelta: ...
    @property
    def wait_within(self) -> timedelta: ...
    @property
    def review_within(self) -> timedelta: ...


class ClockSource(Protocol):
    """The part of a pack that defines time limits (`packs.Pack`)."""

    @property
    def first_priority(self) -> Mapping[str, str]: ...
    @property
    def priorities(self) -> Mapping[str, Limits]: ...
    @property
    def clocks(self) -> Mapping[str, timedelta]: ...


def rank_of(urgency: str, priority: str = "", danger_to_life: bool | None = None) -> int:
    """Return the sort rank of a report in queues.

    The ranks are 0 (someone is in danger), 1 (high), 2 (medium) and 3 (low). An officer's decision overrides
    the reporter's answers in both directions.
    """
    if danger_to_life or (danger_to_life is None and urgency == Urgency.DANGER):
        return 0
    if priority:
        return {"danger": 0, "high": 1, "medium": 2}.get(priority, 3)
    return {"danger": 1, "planned": 1, "soon": 1}.get(urgency, 2)


def clock_code(urgency: str, priority: str, danger_to_life: bool | None, table: ClockSource) -> str:
    """Return the code of the priority whose time limits apply to a report.

    It is `danger`, the officer's priority, or the first one of the report's urgency. Raises KeyError for an
    unknown urgency.
    """
    if rank_of(urgency, priority, danger_to_life) == 0:
        return Urgency.DANGER
    return priority or table.first_priority[urgency]
