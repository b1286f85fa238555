"""Taking a report from its owner: the reason is sealed, its owner is told until they have read it, and nobody else does it."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.errors import Locked, NotHere
from heedline.casework.journey import bulk_assign, transitions
from heedline.casework.journey.bulk_close import desk_of
from heedline.casework.tasks import owner_notices
from heedline.casework.tasks.owner_notices import NoticeLine
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import OwnerNotice, SealedPayload, Step
from tests.casework.journey.test_hand_over import give
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import MINUTE, People, logged, row

pytestmark = pytest.mark.django_db
WHY = "Zinnober-reason: the review was due this morning"


@pytest.fixture(autouse=True)
def _olga_and_nadia_lead(people: People) -> None:
    with_leads(people)


def take_over(people: People, ref: UUID, to: str = "Olga", name: str = "Olga", because: str = WHY) -> None:
    with people.sitting(name) as here:
        transitions.assign(ref, people.house.officers[to].id, because=because, by=here, at=people.at)


def told(people: People, name: str = "Odile", *, unlocked: bool = True) -> tuple[NoticeLine, ...]:
    with people.sitting(name, unlocked=unlocked) as here:
        return owner_notices.unseen(by=here)


def test_whoever_had_it_is_told_until_they_have_read_it(people: People) -> None:
    ref, _ = people.assessed()
    due = row(ref).due_at
    take_over(people, ref)
    assert (row(ref).owner, row(ref).due_at) == (people.house.officers["Olga"], due)
    (notice,) = told(people)
    assert (notice.ref, notice.by, notice.to, notice.reason) == (ref, "Olga O.", "Olga O.", WHY)
    looks = [one.detail["opened"] for one in logged("queue-read") if one.detail["state"] == "notices"]
    assert looks == [[str(ref)]]
    assert told(people, "Olga") == ()
    with people.sitting("Odile") as odile:
        owner_notices.mark_read(ref, notice.id, by=odile, at=people.at + MINUTE)
        owner_notices.mark_read(ref, notice.id, by=odile, at=people.at + 2 * MINUTE)  # pressed twice
    assert told(people) == ()
    assert OwnerNotice.objects.get().seen_at == people.at + MINUTE
    assert len(logged("owner-notice-read", thing=ref)) == 1


def test_the_reason_is_sealed_and_stands_in_the_history(people: People) -> None:
    ref, _ = people.assessed()
    take_over(people, ref)
    step = Step.objects.filter(report=ref).latest("number")
    assert step.note == OwnerNotice.objects.get().note
    assert WHY.encode() not in bytes(SealedPayload.objects.get(container=step.note).payload)
    history = people.read(ref, "Odile").history
    assert dict(history.steps[0].words) == {"Reason": WHY}
    assert dict(history.steps[0].codes) == dict(history.timeline[-1].codes) == {"to": "Olga O."}


def test_there_is_no_taking_over_without_a_reason(people: People) -> None:
    ref, _ = people.taken()
    for nothing in ("", "  \n"):
        with pytest.raises(NotNow, match="Give the reason"):
            take_over(people, ref, because=nothing)
    with pytest.raises(NotNow, match="already"):
        take_over(people, ref, to="Odile")
    assert row(ref).owner == people.house.officers["Odile"]
    assert not OwnerNotice.objects.exists()


def test_an_owner_who_passes_it_on_and_a_waiting_report_need_no_reason(people: People) -> None:
    mine, _ = people.taken()
    waiting, _ = people.send()
    take_over(people, mine, name="Odile", because="")
    take_over(people, waiting, to="Odile", because="")
    assert not OwnerNotice.objects.exists()


def test_many_are_taken_over_with_one_reason_and_giving_them_back_takes_the_notice_away(
    people: People,
) -> None:
    refs = [people.taken()[0] for _ in range(3)]
    with people.sitting("Olga") as olga:
        desk, chosen = desk_of(olga, "north-east"), {ref: row(ref).version for ref in refs}
        to = people.house.officers["Olga"].id
        none = bulk_assign.assign_all(desk, chosen, to, by=olga, at=people.at)
        assert {item.because for item in none.left} == {owner_notices.MISSING}
        made = bulk_assign.assign_all(desk, chosen, to, because=WHY, by=olga, at=people.at)
        assert len(made.done) == 3
    assert {line.ref for line in told(people)} == set(refs)
    with people.sitting("Olga") as olga:
        bulk_assign.undo_assign_all(
            desk, {item.ref: item.version for item in made.done}, by=olga, at=people.at + MINUTE
        )
    assert told(people) == ()


def test_a_report_that_has_left_the_desk_is_not_named_any_more(people: People) -> None:
    ref, _ = people.taken()
    take_over(people, ref)
    give(people, ref, "south-west", name="Olga")
    assert told(people) == ()


def test_locked_keys_hide_the_reason_and_cannot_confirm_it(people: People) -> None:
    ref, _ = people.taken()
    other, _ = people.taken()
    take_over(people, ref)
    del people.tokens["Odile"]
    (notice,) = told(people, unlocked=False)
    assert notice.reason == "Unlock your keys to read this."
    with people.sitting("Odile") as odile, pytest.raises(NotNow):
        owner_notices.mark_read(ref, notice.id, by=odile, at=people.at)
    del people.tokens["Olga"]
    with people.sitting("Olga", unlocked=False) as olga, pytest.raises(Locked):
        transitions.assign(other, olga.officer_id, because=WHY, by=olga, at=people.at)


@pytest.mark.parametrize(("name", "why"), [("Odile", Refused), ("Otto", NotHere), ("Ned", NotHere)])
def test_a_curious_officer_and_an_overseer_take_over_nothing(
    people: People, name: str, why: type[Exception]
) -> None:
    """An officer of the desk, one of another desk, and an overseer. Each refusal is logged."""
    ref, _ = people.taken("Olga")
    with people.sitting(name, unlocked=name != "Ned") as here, pytest.raises(why):
        transitions.assign(ref, people.house.officers["Odile"].id, because=WHY, by=here, at=people.at)
    assert logged("report-assigned", refused=True)
    assert row(ref).owner == people.house.officers["Olga"]


def test_nobody_reads_a_notice_for_a_colleague_or_forges_one(people: People) -> None:
    """With the office's own database role as well."""
    ref, _ = people.taken()
    take_over(people, ref)
    notice = OwnerNotice.objects.get()
    with people.sitting("Olga") as olga:
        with pytest.raises(NotHere):
            owner_notices.mark_read(ref, notice.id, by=olga, at=people.at)
        assert OwnerNotice.objects.filter(pk=notice.id).update(seen_at=people.at) == 0
    with people.sitting("Otto"):
        assert not OwnerNotice.objects.exists()
    with people.sitting("Odile") as odile:
        for changed in ({"to_id": odile.officer_id}, {"at": people.at + MINUTE}):
            with pytest.raises(DatabaseError), transaction.atomic():
                OwnerNotice.objects.filter(pk=notice.id).update(**changed)
        with pytest.raises(DatabaseError), transaction.atomic():
            OwnerNotice.objects.create(
                report_id=ref, officer_id=notice.officer_id, to_id=odile.officer_id, by_id=odile.officer_id,
                at=people.at, note=notice.note,
            )  # fmt: skip
