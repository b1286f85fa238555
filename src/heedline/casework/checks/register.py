"""The rows of a report's register of checks, read from what is sealed with its steps.

A row is a system of the pack and a subject that officers have linked to the report, or the report itself. Nothing of it is
stored in the clear: each save seals its results as one note of a fixed size, and the latest result of a row counts. Plain
Python without a query.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from heedline.casework.search.subject_entries import SubjectLink, name_of
from heedline.packs import load_pack
from heedline.packs.rules.checks import CheckSystem
from heedline.reports.lifecycle import Move

#: The keys of a sealed note that hold the results, and who checked.
CHECKS: Final = "checks"
WHO: Final = "who"
#: The moves whose notes hold results.
MOVES: Final = frozenset({Move.CHECK, Move.NOTE_CHECK})
THE_REPORT: Final = "The report itself"


class CheckOutcome(StrEnum):
    """What came of a check."""

    NO_TRACE = "no-trace"
    TRACE = "trace"
    ASKED = "asked"
    NOT_DONE = "not-done"

    @property
    def words(self) -> str:
        """Return the result in words."""
        return self.replace("-", " ").capitalize()


#: The results of a check that was made.
MADE: Final = frozenset({CheckOutcome.NO_TRACE, CheckOutcome.TRACE})


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """One result that was recorded.

    `subject` is the report's link to it, or None for the report itself. `task` is the task of a check that was asked for.
    `by` and `when` are those of the step, as the caller has them.
    """

    system: str
    subject: UUID | None
    about: str = field(repr=False)
    result: CheckOutcome
    text: str = field(repr=False)
    task: UUID | None
    by: str
    when: str

    def to_words(self) -> dict[str, str]:
        """Serialise the entry for sealing. Who recorded it, and when, stands in the step."""
        subject, task = str(self.subject or ""), str(self.task or "")
        told = {"system": self.system, "subject": subject, "about": self.about, "task": task}
        return {**told, "result": str(self.result), "text": self.text}


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A system and a subject, or the report itself, with the latest result, if there is one."""

    system: CheckSystem
    subject: UUID | None
    about: str = field(repr=False)
    required: bool
    latest: CheckEntry | None = None

    @property
    def words(self) -> str:
        """Return what is checked, in words."""
        return f"{self.system.words}: {self.about}"

    @property
    def is_missing(self) -> bool:
        """Return whether this check is required, and was neither made nor explained."""
        return self.required and (self.latest is None or self.latest.result is CheckOutcome.ASKED)


def has_register(kind: str) -> bool:
    """Return whether reports of this kind have a register of checks."""
    known = load_pack(settings.PACK).kinds.get(kind)
    return known is not None and known.checks is not None


def entries_in(told: Mapping[str, Any], *, by: str, when: str) -> Iterator[CheckEntry]:
    """Yield the results that a decrypted note holds."""
    for one in told.get(CHECKS, ()):
        subject, task = (UUID(one[key]) if one[key] else None for key in ("subject", "task"))
        result = CheckOutcome(one["result"])
        yield CheckEntry(one["system"], subject, one["about"], result, one["text"], task, by, when)


def rows_of(
    kind: str, priority: str, links: Iterable[SubjectLink], entries: Sequence[CheckEntry]
) -> tuple[CheckRow, ...]:
    """Return the rows of a report's register, those of the report itself last.

    `entries` are in the order in which they were recorded. A system is required of each linked subject that it knows, and
    of the report itself while no such subject is linked. A subject whose link was undone keeps the rows that were asked for.
    """
    pack = load_pack(settings.PACK)
    required = (pack.kinds[kind].checks or {}).get(priority, ()) if kind in pack.kinds else ()
    latest = {(one.system, one.subject): one for one in entries}
    known = tuple(links)
    present = {link.kind for link in known if link.in_force}
    rows = []
    for link in known:
        about = name_of(link.kind, link.values) or f"{link.kind.capitalize()} without a name"
        for one in (each for each in pack.checks.values() if link.kind in each.subjects):
            last = latest.get((one.code, link.id))
            if link.in_force or (last is not None and last.result is CheckOutcome.ASKED):
                needed = link.in_force and one.code in required
                rows.append(CheckRow(one, link.id, about, needed, last))
    for one in pack.checks.values():
        needed = one.code in required and present.isdisjoint(one.subjects)
        rows.append(CheckRow(one, None, THE_REPORT, needed, latest.get((one.code, None))))
    return tuple(rows)


def words_of(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the results in a decrypted note as (what was checked, what came of it), and who checked."""
    systems = load_pack(settings.PACK).checks
    lines = []
    for one in entries_in(told, by="", when=""):
        system = systems[one.system].words if one.system in systems else one.system
        lines.append((f"{system}: {one.about}", f"{one.result.words}. {one.text}"))
    return (*lines, *((("Checked by", told[WHO]),) if told.get(WHO) else ()))
