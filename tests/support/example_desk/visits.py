"""Visits: the kind of record that the example desk adds, and what officers do with one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.pages.desk_tabs import WorkWaiting
from heedline.casework.records import open_records, record
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
    states={"asked": WAITING, "planned": TAKEN, "dropping": WAITING, "held": ENDED, "dropped": ENDED},
    within={"asked": Within(hours=48), "planned": Within(working_days=3), "dropping": Within(hours=24)},
    moves={
        ("asked", "take"): "planned",
        ("asked", "drop"): "dropped",
        ("planned", "give-back"): "asked",
        ("planned", "pass"): "planned",
        ("planned", "hold"): "held",
        ("planned", "propose-drop"): "dropping",
        ("dropping", "agree"): "dropped",
        ("dropping", "refuse"): "asked",
    },
    decides=frozenset({"agree"}),
    uninvolved=frozenset({"pass", "refuse"}),
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
    reason: str = "",
    by: Attendance,
    at: datetime,
) -> None:
    """Move a visit on. A planned one is dropped by two people. Raises NotHere, Refused, Changed and NotNow."""
    found = record.find(KIND, ref, by=by, at=at, version=version)
    found.permit(ExampleCapability.CHECK if how == "drop" else ExampleCapability.ASK)
    found.move(how, owner=to, reason=reason)
    found.record(ExampleAct.VISIT_MOVED, move=how)


def to_decide(by: Attendance, at: datetime) -> tuple[WorkWaiting, ...]:
    """Return the visits whose dropping waits for this officer's word, as lines of My work."""
    return tuple(
        WorkWaiting(words=f"{one.title} is to be dropped.", url=one.page, link="See and decide", ref=one.ref)
        for one in open_records.to_decide(KIND, by=by, at=at)
    )
