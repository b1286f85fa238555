"""The urgency of a report, as answered by the reporter and as decided by an officer. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class Urgency(StrEnum):
    """How urgent the reporter's answers make a report."""

    DANGER = "danger"
    SOON = "soon"
    ROUTINE = "routine"


class Priority(StrEnum):
    """The priority that an officer gives a report when assessing it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
