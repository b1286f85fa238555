"""The `heedline doctor` checks that the people and offices that an installation needs are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg

from heedline.config import environment as env
from heedline.packs import load_pack

type Connection = psycopg.Connection[tuple[Any, ...]]

#: The month from which the next year's holidays are needed, because a deadline of this year may end in it.
_NEXT_YEARS_HOLIDAYS = 10
_STEWARDS = """
SELECT count(DISTINCT a.officer_id) FROM desks_appointment a JOIN desks_officer o ON o.id = a.officer_id
WHERE a.role = 'steward' AND a.ended_on IS NULL AND o.is_active
"""
#: Desks at which nobody could discharge a danger to life: neither their own supervisor nor one of a round-the-clock desk.
_UNLED = """
WITH led AS (
    SELECT a.desk_id FROM desks_appointment a JOIN desks_officer o ON o.id = a.officer_id AND o.is_active
    WHERE a.role = 'supervisor' AND a.ended_on IS NULL)
SELECT count(*) FROM desks_desk d
WHERE d.kind NOT IN ('authoriser', 'partner', 'canary') AND d.id NOT IN (SELECT desk_id FROM led WHERE desk_id IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM desks_desk w JOIN led ON led.desk_id = w.id WHERE w.round_the_clock)
"""
#: Specialist desks with records that somebody has to sign for, and no coordinator on whom those fall back. The code of a kind
#: of record begins with its desk's.
_UNCOORDINATED = """
SELECT count(*) FROM desks_desk d
WHERE EXISTS (SELECT 1 FROM reports_record_move m WHERE m.move = 'fall-back' AND starts_with(m.kind, d.kind || '-'))
    AND permits.coordinator(d.id) IS NULL
"""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check.

    `right` is None if the finding is for information only.
    """

    right: bool | None
    words: str


def one_value(connection: Connection, question: LiteralString) -> Any:
    """Run a query and return the first column of its first row, or None if it has no rows."""
    row = connection.execute(question).fetchone()
    return row[0] if row else None


def stewards(connection: Connection) -> Iterator[CheckResult]:
    """Check that there are two stewards to sign changes to the set-up."""
    number = one_value(connection, _STEWARDS)
    yield CheckResult(number >= 2, f"two stewards sign whatever is set up ({number} of them can sign in)")


def supervisors(connection: Connection) -> Iterator[CheckResult]:
    """Check that every desk that takes reports has a supervisor who can discharge a danger to life."""
    number = one_value(connection, _UNLED)
    yield CheckResult(
        number == 0,
        "each desk, or the round-the-clock desk for it, has a supervisor who can discharge a danger to life"
        f" ({number} have none)",
    )


def coordinators(connection: Connection) -> Iterator[CheckResult]:
    """Check that each desk whose records have to be signed for has a supervisor, on whom they fall back."""
    number = one_value(connection, _UNCOORDINATED)
    yield CheckResult(
        number == 0,
        "each desk whose records have to be signed for has a supervisor, who decides and on whom they fall back"
        f" ({number} have none)",
    )


def holidays(at: datetime) -> Iterator[CheckResult]:
    """Check that public holidays are listed for this year and, from October, for the next, in which deadlines then end."""
    days = load_pack(env.text("HEEDLINE_PACK", default="uk")).working_days
    needed = at.year + (at.month >= _NEXT_YEARS_HOLIDAYS)
    yield CheckResult(
        days.last_year >= needed,
        f"public holidays are listed for {needed} (holidays.toml ends with {days.last_year}): deadlines count working days",
    )


def receiving(connection: Connection) -> Iterator[CheckResult]:
    """Check that every desk of the pack that receives reports is set up. Reports for another would go elsewhere."""
    pack = load_pack(env.text("HEEDLINE_PACK", default="uk"))
    there = {code for (code,) in connection.execute("SELECT code FROM desks_desk")}
    missing = [desk.name for desk in pack.desks.values() if desk.role == "desk" and desk.code not in there]
    yield CheckResult(not missing, f"each desk of the pack is set up ({', '.join(missing) or 'so it is'})")


def controller(connection: Connection) -> Iterator[CheckResult]:
    """Check that the privacy page of a live installation names who is responsible for the data."""
    if one_value(connection, "SELECT born FROM desks_installation") != "live":
        return
    service = load_pack(env.text("HEEDLINE_PACK", default="uk")).service
    yield CheckResult(
        bool(service.controller and service.data_officer),
        "the privacy page names the data controller and the data protection officer (pack.toml)",
    )


def told(connection: Connection, at: datetime) -> Iterator[CheckResult]:
    """Check stewards, supervisors, coordinators, the data controller, public holidays and the desks of the pack."""
    for check in (stewards, supervisors, coordinators, controller, receiving):
        yield from check(connection)
    yield from holidays(at)
