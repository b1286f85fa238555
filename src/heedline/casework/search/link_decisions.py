"""Officers' decisions on whether two reports are about the same matter.

A decision is a sealed part of the report on whose page it was made, and the other report is named only inside the seal.
So no row shows that two reports concern one person, and a decision is handed over, kept and disposed of with its
report. A decision does not merge, hide or close anything. It is never changed: the latest decision counts, and undoing
one is a decision as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from heedline.audit.acts import Act
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.report import notes
from heedline.casework.report.restrictions import usable
from heedline.casework.report.verb import find, record, verb
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow
from heedline.reports.stored import StoredPart, in_batches

#: The sort of sealed part that holds a decision.
PART = "link"
#: Characters of a reason; stated on the page.
LONGEST = 1000
NO_REASON = "Say why."
TOO_LITTLE = "Say in a sentence why, so that a colleague can follow the decision."


class LinkVerdict(StrEnum):
    """The possible decisions about two reports.

    UNDONE reverses the previous decision.
    """

    SAME = "same"
    NOT_SAME = "not-same"
    NOT_SURE = "not-sure"
    UNDONE = "undone"


#: Decisions after which an officer may close a report that shares details with the other, so that their reason must say something.
_FREES = frozenset({LinkVerdict.NOT_SAME, LinkVerdict.NOT_SURE})
#: Key and value in a decision that somebody made who may close repeats.
_AS, _A_SUPERVISOR = "decided_as", "supervisor"


@dataclass(frozen=True)
class LinkDecision:
    """A decision about two reports.

    `on` is the report on whose page it was made, and `other` is the second report. `supervisor` is True if it was made by
    somebody who may close repeats.
    """

    on: UUID
    other: UUID
    verdict: LinkVerdict
    why: str = field(repr=False)
    by: str
    at: datetime
    supervisor: bool = False

    def about(self, report: UUID) -> UUID:
        """Return the other report in this decision."""
        return self.other if self.on == report else self.on


def read(on: UUID, told: Mapping[str, Any]) -> LinkDecision | None:
    """Return the decision in a decrypted part of a report, or None if there is none."""
    try:
        return LinkDecision(
            on,
            UUID(told["other"]),
            LinkVerdict(told["verdict"]),
            told["why"],
            told["by"],
            datetime.fromisoformat(told["at"]),
            told.get(_AS) == _A_SUPERVISOR,
        )
    except (KeyError, ValueError, TypeError):
        return None


def made_on(report: UUID, parts: Iterable[StoredPart], ring: Keyring) -> list[LinkDecision]:
    """Return the decisions made on a report's own page, from its sealed parts."""
    made = (read(report, told) for _, told in notes.opened_of(parts, PART, ring))
    return [one for one in made if one is not None]


def naming(ref: UUID, *, by: Attendance) -> list[UUID]:
    """Return the containers of decisions that name the report `ref`, from other reports at the desks.

    Opens all decisions of these desks. Raises Locked.
    """
    ring = by.keys()
    others = reports_of(by.desk_ids).filter(headers__part=PART).exclude(pk=ref).distinct()
    return [
        part.container
        for part in in_batches(others.values_list("id", flat=True), part=PART)
        for one in made_on(part.report, [part], ring)
        if one.other == ref
    ]


def between(report: UUID, found: Iterable[LinkDecision]) -> dict[UUID, tuple[LinkDecision, ...]]:
    """Return the decisions about a report, grouped by the other report, newest first."""
    by_other: dict[UUID, list[LinkDecision]] = {}
    for one in found:
        if report in (one.on, one.other):
            by_other.setdefault(one.about(report), []).append(one)
    return {
        other: tuple(sorted(many, key=lambda one: one.at, reverse=True)) for other, many in by_other.items()
    }


def in_force(decisions: Iterable[LinkDecision]) -> LinkDecision | None:
    """Return the decision in force from a list ordered newest first, or None if there is none."""
    last = next(iter(decisions), None)
    return None if last is None or last.verdict is LinkVerdict.UNDONE else last


@verb(Act.LINK_DECIDED)
def decide(ref: UUID, other: UUID, verdict: LinkVerdict, why: str, *, by: Attendance, at: datetime) -> None:
    """Record an officer's decision on whether two reports are about the same matter.

    The log names this report, but neither the other report nor the verdict. Raises NotHere if the officer may not see
    both or the other is restricted, Refused, Locked, NoRoom, and NotNow without a reason, or for a reason that says nothing
    if the decision would let an officer close the report.
    """
    why = notes.written(why, longest=LONGEST, missing=NO_REASON)
    if verdict in _FREES and notes.says_too_little(why):
        raise NotNow(TOO_LITTLE)
    why = notes.reason(why, longest=LONGEST, missing=NO_REASON)
    found = find(ref, by=by, at=at)
    found.permit(Capability.LINK)
    if other == ref or not usable(reports_of(by.desk_ids)).filter(pk=other).exists():
        raise NotHere
    told = {"other": str(other), "verdict": str(verdict), "why": why, "by": by.name, "at": at.isoformat()}
    with suppress(Refused):
        by.require(Capability.CLOSE_REPEAT, found.report.desk_id, found.report.watch_id)
        told[_AS] = _A_SUPERVISOR
    notes.seal(found, told, part=PART)
    record(found, Act.LINK_DECIDED)
