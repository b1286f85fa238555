"""How urgent a report is: as the answers say, and as an officer decides. Plain Python."""

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
