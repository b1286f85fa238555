"""Checks as officers record them in the register of a report."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from heedline.casework.checks import recording
from heedline.casework.checks.recording import NewResult
from heedline.casework.checks.register import CheckOutcome, CheckRow
from tests.support.scene_people import People, row

NO_TRACE, TRACE, ASKED, NOT_DONE = (
    CheckOutcome.NO_TRACE,
    CheckOutcome.TRACE,
    CheckOutcome.ASKED,
    CheckOutcome.NOT_DONE,
)
FOUND = "Zinnober: stopped in May with a film crew, and nothing since"
TEXTS = {
    NO_TRACE: "Searched for the description and the street",
    TRACE: FOUND,
    ASKED: "Asked the force's intelligence desk for the name",
    NOT_DONE: "There is no name or registration to search for",
}


def one(
    people: People,
    system: str = "national-records",
    result: CheckOutcome = NO_TRACE,
    subject: UUID | None = None,
    text: str | None = None,
) -> NewResult:
    due = people.at + timedelta(hours=4) if result is ASKED else None
    return NewResult(system, subject, result, TEXTS[result] if text is None else text, due)


def recorded(people: People, ref: UUID, *results: NewResult, name: str = "Odile", **more: Any) -> None:
    """Record results as an officer, who also follows up what is asked, once no colleague is writing in the report."""
    report = row(ref)
    with people.sitting(name) as here:
        at = people.at
        if report.lease_by_id not in (None, here.officer_id) and report.lease_until is not None:
            at = max(at, report.lease_until)
        said = {"who": here.name, "version": report.version, **more}
        recording.record_results(ref, results, by=here, at=at, **said)


def register(people: People, ref: UUID, name: str = "Odile") -> tuple[CheckRow, ...]:
    return people.read(ref, name).checks


def checked(people: People, ref: UUID, name: str = "Odile", result: CheckOutcome = NO_TRACE) -> None:
    """Record every required check, or one if none is required."""
    rows = [each for each in register(people, ref, name) if each.required]
    rows = rows or list(register(people, ref, name)[:1])
    recorded(people, ref, *(one(people, each.system.code, result, each.subject) for each in rows), name=name)
