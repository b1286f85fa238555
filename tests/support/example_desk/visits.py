"""Visits: the kind of record that the example desk adds, and what officers do with one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.records import record
from heedline.packs.rules.working_days import Within
from heedline.reports.models.records import ENDED, TAKEN, WAITING
from heedline.reports.record_kinds import RecordKind
from tests.support.example_desk.vocabulary import VISIT, ExampleAct, ExampleCapability

KIND = RecordKind(
    code="example-visit",
    title="Visit",
    plural="Visits",
    page="example-visit",
    part=VISIT,
    first="asked",
    states={"asked": WAITING, "planned": TAKEN, "held": ENDED, "dropped": ENDED},
    within={"asked": Within(hours=48), "planned": Within(working_days=3)},
    moves={
        ("asked", "take"): "planned",
        ("asked", "drop"): "dropped",
        ("planned", "give-back"): "asked",
        ("planned", "pass"): "planned",
        ("planned", "hold"): "held",
    },
)


@record.record_verb(ExampleAct.VISIT_MOVED)
def ask(desk: UUID, where: str, *, by: Attendance, at: datetime) -> UUID:
    """Ask for a visit. Raises NotHere and Refused."""
    found = record.begin(
        KIND,
        desk,
        {"where": where},
        capability=ExampleCapability.ASK,
        by=by,
        at=at,
    )
    found.record(ExampleAct.VISIT_MOVED, move="begin")
    return found.row.id


@record.record_verb(ExampleAct.VISIT_MOVED)
def move(
    ref: UUID,
    how: str,
    *,
    version: int | None = None,
    to: UUID | None = None,
    by: Attendance,
    at: datetime,
) -> None:
    """Take a visit, pass it to a colleague, give it back, hold or drop it. Raises NotHere, Refused, Changed and NotNow."""
    found = record.find(KIND, ref, by=by, at=at, version=version)
    found.permit(ExampleCapability.CHECK if how == "drop" else ExampleCapability.ASK)
    found.move(how, owner=to)
    found.record(ExampleAct.VISIT_MOVED, move=how)
