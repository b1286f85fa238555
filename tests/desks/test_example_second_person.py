"""A second person for records, with the visits of the example desk: who decides, about which version, past the program too."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import product
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.errors import Changed
from heedline.casework.records import desk_parts, record
from heedline.casework.records.shown_record import shown
from heedline.desk_hooks import register
from heedline.jobs.papers import reference
from heedline.permits.gate import Refused
from heedline.reports.models import DeskRecord, RecordStep
from heedline.reports.models.records import ENDED, WAITING
from tests.support.example_desk import visits
from tests.support.example_desk.vocabulary import ExampleCapability
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People, logged
from tests.support.visit_scene import asked, made, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people: People) -> People:
    """Olga leads the north-east desk."""
    return with_leads(people)


def to_be_dropped(people: People) -> UUID:
    """A visit that Odile has asked for, taken and proposed to drop."""
    ref = asked(people)
    made(people, ref, "Odile", "take")
    made(people, ref, "Odile", "propose-drop", reason="The theatre has closed")
    return ref


def to_decide(people: People, name: str) -> list[UUID | None]:
    with people.sitting(name) as by:
        return [one.ref for one in visits.to_decide(by, people.at)]


def test_somebody_who_took_no_part_decides_on_the_version_that_they_saw(people: People) -> None:
    ref = to_be_dropped(people)
    assert (to_decide(people, "Odile"), to_decide(people, "Olga"), to_decide(people, "Otto")) == (
        [],
        [ref],
        [],
    )
    with people.sitting("Odile") as odile:
        with pytest.raises(Refused, match="took part"):
            visits.move(ref, "agree", version=3, by=odile, at=people.at)
        (line, _) = shown(visits.KIND, ref, capability=ExampleCapability.ASK, by=odile, at=people.at).moves
        assert (line.move, "took part" in line.why_not) == ("agree", True)
    assert len(logged("example-visit-moved", thing=ref, refused=True)) == 1
    with people.sitting("Olga") as olga:
        for version, error in ((2, Changed), (None, ValueError)):
            with pytest.raises(error):
                visits.move(ref, "agree", version=version, by=olga, at=people.at)
        page = shown(visits.KIND, ref, capability=ExampleCapability.ASK, by=olga, at=people.at)
        assert [one.why_not for one in page.moves] == ["", ""]
        assert page.steps[0].reason == "The theatre has closed"
        visits.move(ref, "agree", version=page.version, by=olga, at=people.at)
    assert DeskRecord.objects.get(id=ref).state == "dropped"


def test_returning_a_proposal_involves_nobody(people: People) -> None:
    ref = to_be_dropped(people)
    made(people, ref, "Olga", "refuse", reason="It opens again in spring")
    made(people, ref, "Odile", "take")
    made(people, ref, "Olga", "pass")
    made(people, ref, "Odile", "propose-drop")
    made(people, ref, "Olga", "agree")
    assert DeskRecord.objects.get(id=ref).state == "dropped"


def test_where_everybody_took_part_nobody_decides(people: People) -> None:
    ref = asked(people)
    made(people, ref, "Olga", "take")
    made(people, ref, "Olga", "propose-drop")
    for name in ("Odile", "Olga"):
        assert to_decide(people, name) == []
        with pytest.raises(Refused):
            made(people, ref, name, "agree")


#: Each way for two people to bring a visit to where it is decided about.
_WALKS = [
    [*zip(who, ("take", *middle, "propose-drop"), strict=True)]
    for middle in ((), ("pass",), ("give-back", "take"), ("propose-drop", "refuse", "take"))
    for who in product(("Odile", "Olga"), repeat=2 + len(middle))
]


@pytest.mark.parametrize("walk", _WALKS, ids=lambda walk: "-".join(f"{who[1]}.{how}" for who, how in walk))
def test_python_and_the_database_bar_the_same_people_from_deciding(
    people: People, walk: list[tuple[str, str]]
) -> None:
    ref = asked(people)
    for name, how in walk:
        made(people, ref, name, how)
    for name in ("Odile", "Olga"):
        with people.sitting(name) as by:
            steps = list(RecordStep.objects.filter(record=ref).values_list("by_id", "move"))
            barred = bool(visits.KIND.why_not("agree", by=by.officer_id, steps=steps))
            with transaction.atomic():
                try:
                    with transaction.atomic():
                        step(ref, "agree", "dropping", "dropped", by.officer_id, people.at)
                except DatabaseError:
                    assert barred, name
                else:
                    assert not barred, name
                transaction.set_rollback(True)


def step(ref: UUID, move: str, before: str, after: str, by: UUID, at: datetime) -> None:
    """Store a step as somebody who can run SQL as the office would."""
    RecordStep.objects.create(
        record_id=ref,
        number=version_of(ref) + 1,
        move=move,
        from_state=before,
        to_state=after,
        by_id=by,
        at=at,
    )


@pytest.mark.parametrize(
    ("how", "state", "held", "due"), [("agree", "dropped", ENDED, False), ("refuse", "asked", WAITING, True)]
)
def test_whoever_decides_changes_no_text(people: People, how: str, state: str, held: str, due: bool) -> None:
    """Past the program, the text that was proposed could be exchanged while it is agreed to."""
    ref = to_be_dropped(people)
    row = DeskRecord.objects.get(id=ref)
    changed = {"state": state, "held": held, "version": 4, "due_at": row.due_at if due else None}
    with people.sitting("Olga") as olga:
        step(ref, how, "dropping", state, olga.officer_id, people.at)
        other = desk_parts.seal(row.desk_id, ref, {"where": "x"}, part=visits.KIND.part, on=people.at.date())
        with pytest.raises(DatabaseError, match="does not move"), transaction.atomic():
            DeskRecord.objects.filter(id=ref).update(container=other, **changed)
        DeskRecord.objects.filter(id=ref).update(**changed)
    another = to_be_dropped(people)
    with people.sitting("Olga") as olga, transaction.atomic():
        found = record.find(visits.KIND, another, by=olga, at=people.at, version=3)
        with pytest.raises(ValueError, match="was proposed"):
            found.move(how, words={"where": "x"})


def test_a_kind_whose_second_person_has_no_move_is_refused() -> None:
    for wrong in (
        replace(visits.KIND, decides=frozenset({"x"})),
        replace(visits.KIND, decides=frozenset({"pass"})),
    ):
        assert "second person" in wrong.fault(register.SpecialistDesk("x", "X"))


def test_the_paper_on_permissions_lists_what_a_second_person_decides() -> None:
    assert "| Visit | agree | pass, reassign, refuse |" in reference.access()
