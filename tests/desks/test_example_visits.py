"""A kind of record walked with the visits of the example desk: what begins, moves, is owned and is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.errors import Changed, NotHere
from heedline.desk_hooks import register
from heedline.packs.rules.working_days import Within
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, RecordMove, RecordStep
from heedline.reports.models.records import ENDED, TAKEN, WAITING
from heedline.reports.record_kinds import RecordKind
from tests.support.example_desk import visits
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People, logged
from tests.support.visit_scene import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people: People) -> People:
    """Olga leads the north-east desk."""
    return with_leads(people)


def test_a_visit_is_asked_for_taken_and_held(people: People) -> None:
    ref = asked(people)
    row = DeskRecord.objects.get(id=ref)
    assert (row.held, row.owner, row.due_at) == (WAITING, None, people.at + timedelta(days=2))
    with people.sitting("Odile") as odile:
        visits.move(ref, "take", by=odile, at=people.at)
        row.refresh_from_db()
        assert (row.state, row.held, row.owner_id) == ("planned", TAKEN, odile.officer_id)
        assert row.due_at is not None
        visits.move(ref, "hold", version=2, by=odile, at=people.at)
    row.refresh_from_db()
    assert (row.state, row.held, row.due_at, row.version) == ("held", ENDED, None, 3)
    steps = RecordStep.objects.filter(record=ref).order_by("number")
    assert [one.move for one in steps] == ["begin", "take", "hold"]
    assert len(logged("example-visit-moved", thing=ref)) == 3


def test_other_moves_versions_people_and_desks_are_refused(people: People) -> None:
    ref = asked(people)
    with people.sitting("Odile") as odile:
        with pytest.raises(NotNow):
            visits.move(ref, "hold", by=odile, at=people.at)
        with pytest.raises(Refused):
            visits.move(ref, "drop", by=odile, at=people.at)
        with pytest.raises(Changed):
            visits.move(ref, "take", version=4, by=odile, at=people.at)
    with people.sitting("Otto") as otto:
        assert not DeskRecord.objects.exists(), "row-level security"
        assert not RecordStep.objects.exists(), "row-level security"
        for unknown in (ref, uuid4()):
            with pytest.raises(NotHere):
                visits.move(unknown, "take", by=otto, at=people.at)
    assert len(logged("example-visit-moved", thing=ref, refused=True)) == 1
    assert DeskRecord.objects.get(id=ref).version == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "held", "held": ENDED, "due_at": None, "version": 2},  # without a step
        {"due_at": None, "version": 2},
        {"version": 2},
        {"state": "held"},
    ],
)
def test_the_database_refuses_a_row_without_its_step(people: People, changed: dict[str, object]) -> None:
    ref = asked(people)
    with people.sitting("Odile"), pytest.raises(DatabaseError), transaction.atomic():
        DeskRecord.objects.filter(id=ref).update(**changed)


@pytest.mark.parametrize(
    ("move", "before", "after", "number", "name"),
    [
        ("hold", "asked", "held", 2, "Odile"),
        ("take", "asked", "held", 2, "Odile"),
        ("take", "asked", "planned", 3, "Odile"),
        ("take", "asked", "planned", 2, "Olga"),
        ("begin", "", "asked", 1, "Odile"),
    ],
)
def test_the_database_refuses_a_step_that_is_no_move(
    people: People, move: str, before: str, after: str, number: int, name: str
) -> None:
    ref = asked(people)
    with people.sitting("Odile"), pytest.raises(DatabaseError), transaction.atomic():
        RecordStep.objects.create(
            record_id=ref,
            number=number,
            move=move,
            from_state=before,
            to_state=after,
            by=people.house.officers[name],
            at=people.at,
        )


def test_a_visit_stays_its_owners_until_it_is_passed_to_a_colleague_of_the_desk(people: People) -> None:
    ref, officers = asked(people), people.house.officers
    with people.sitting("Odile") as odile:
        visits.move(ref, "take", by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        visits.move(ref, "pass", by=olga, at=people.at)
        assert DeskRecord.objects.get(id=ref).owner == officers["Odile"]
        visits.move(ref, "pass", to=olga.officer_id, by=olga, at=people.at)
        assert DeskRecord.objects.get(id=ref).owner == officers["Olga"]
        with pytest.raises(DatabaseError, match="works at its desk"), transaction.atomic():
            visits.move(ref, "pass", to=officers["Otto"].id, by=olga, at=people.at)


def test_a_record_that_never_began_does_not_move(people: People) -> None:
    with people.sitting("Odile") as odile:
        row = DeskRecord.objects.create(
            desk=people.house.desks["north-east"],
            kind="example-visit",
            state="asked",
            held=WAITING,
            container=uuid4(),
            due_at=people.at,
        )
        with pytest.raises(DatabaseError, match="legal move"), transaction.atomic():
            RecordStep.objects.create(
                record=row,
                number=2,
                move="take",
                from_state="asked",
                to_state="planned",
                by_id=odile.officer_id,
                at=people.at,
            )


def test_steps_stay(people: People) -> None:
    ref = asked(people)
    with people.sitting("Odile"):
        with pytest.raises(DatabaseError), transaction.atomic():
            RecordStep.objects.filter(record=ref).update(move="take")
        with pytest.raises(DatabaseError), transaction.atomic():
            RecordStep.objects.filter(record=ref).delete()


@pytest.mark.parametrize(("held", "owned"), [(WAITING, True), (TAKEN, False)])
def test_taken_means_an_owner_and_waiting_means_none(people: People, held: str, owned: bool) -> None:
    owner = people.house.officers["Odile"] if owned else None
    with pytest.raises(DatabaseError, match="open_is_due"), transaction.atomic():
        DeskRecord.objects.create(
            desk=people.house.desks["north-east"],
            kind="example-visit",
            state="asked",
            held=held,
            container=uuid4(),
            owner=owner,
            due_at=people.at,
        )


def test_the_moves_in_the_database_are_those_of_the_registered_kinds() -> None:
    stored = set(
        RecordMove.objects.values_list(
            "kind", "from_state", "move", "to_state", "held", "decides", "involves", "told", "owner"
        )
    )
    assert stored == {row for kind in register.hooks(RecordKind) for row in kind.rows()}


def test_a_kind_with_a_state_that_it_does_not_list_is_refused() -> None:
    assert "other states" in replace(visits.KIND, first="begun").fault(register.SpecialistDesk("x", "X"))


def test_a_kind_that_allows_time_where_nothing_is_due_is_refused() -> None:
    kind = replace(visits.KIND, within={"held": Within(hours=1)})
    assert "nothing is due" in kind.fault(register.SpecialistDesk("x", "X"))
