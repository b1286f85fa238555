"""No report is closed while nobody has decided whether it is about the same matter as another one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import pytest

from heedline.casework.journey import bulk_close, transitions
from heedline.casework.linking import questions
from heedline.casework.pages.queues import bulk_preview
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Sweep
from tests.casework.journey.test_bulk_close import SPAM, adverts, chosen
from tests.support import keeping_scene, stories
from tests.support.cast import House, now
from tests.support.linking_scene import BOY, compared, matched
from tests.support.scene_people import MINUTE, SOUTH_WEST, People, row
from tests.support.search_scene import indexed

pytestmark = pytest.mark.django_db
ONE = "Zoltan Quillfeather rents the lock-up at night. His number is 07700 900456."
OTHER = "Ring 07700 900456 and ask for Mr Quillfeather, who stores many boxes there."
CLOSING = replace(stories.NOTHING, reason="His school sees him daily, and nobody else knows of it.")


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("way", ["at once", "in two steps", "in bulk"])
def test_three_spellings_of_one_boy_are_closed_by_nobody_before_anybody_has_decided(
    house: House, way: str, settled: bool
) -> None:
    people = People(house, now())
    keeping_scene.with_leads(people)
    refs = [people.send(narrative=text)[0] for text in BOY]
    if settled:
        indexed(people)
    for ref in refs if way != "in bulk" else ():
        people.take(ref)
        with people.sitting("Odile") as here, suppress(Refused):
            version = row(ref).version
            if way == "at once":
                transitions.assess_and_close(
                    ref, stories.VAGUE, stories.NOTHING, version=version, by=here, at=people.at
                )
            else:
                transitions.assess(ref, stories.VAGUE, version=version, by=here, at=people.at)
                transitions.close(ref, stories.NOTHING, version=version + 1, by=here, at=people.at)
    if way == "in bulk":
        with people.sitting("Odile") as here:
            chosen = {ref: row(ref).version for ref in refs}
            bulk_close.sweep("north-east", chosen, SPAM, by=here, at=people.at)
    assert "closed" not in {row(ref).stage for ref in refs}


def assess(people: People, ref: UUID) -> None:
    with people.sitting("Odile") as here:
        transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=here, at=people.at)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_match_at_another_desk_bars_closing_until_one_has_asked_and_the_other_denied(
    house: House, at_once: bool
) -> None:
    people = keeping_scene.with_leads(People(house, now()))
    ref, _ = people.taken(narrative=BOY[0])
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    if not at_once:
        assess(people, ref)

    def close(name: str) -> None:
        version = row(ref).version
        with people.sitting(name) as here:
            if at_once:
                told = stories.VAGUE, CLOSING
                transitions.assess_and_close(ref, *told, version=version, by=here, at=people.at)
            else:
                transitions.close(ref, CLOSING, version=version, by=here, at=people.at)

    with pytest.raises(Refused, match="South West desk"):
        close("Odile")
    for confirmed, why in ((True, "has confirmed"), (False, "")):
        [line] = matched(people, "Odile")
        with people.sitting("Odile") as here:
            questions.ask(line.id, "Is yours about the pupil?", by=here, at=people.at)
        with people.sitting("Otto") as here:
            questions.answer(line.id, confirmed, "We looked again.", by=here, at=people.at + MINUTE)
        people.at += 2 * MINUTE
        if why:
            with pytest.raises(Refused, match=why):
                close("Odile")
    with pytest.raises(NotNow, match="concerns a child"):  # the next thing that a closure needs
        close("Odile")


def test_a_supervisor_closes_over_a_match_at_another_desk(house: House) -> None:
    people = keeping_scene.with_leads(People(house, now()))
    ref, _ = people.taken(narrative=ONE)
    people.send(narrative=OTHER, **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    assess(people, ref)
    with pytest.raises(Refused, match="another desk"):
        people.close(ref)
    people.passed_on(ref, "Odile", "Olga")
    people.close(ref, "Olga")
    assert row(ref).stage in {"closed", "closing"}


def test_a_bulk_closure_leaves_out_what_matches_at_another_desk(house: House) -> None:
    people = keeping_scene.with_leads(People(house, now()))
    refs = adverts(people)
    people.send(narrative=f"{ONE} He sells at www.watches.example too.", **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    assert {one.report for one in matched(people, "Odile")} == set(refs)
    with people.sitting("Odile") as here:
        shown = bulk_preview.look("north-east", refs, by=here, at=people.at)
        made = bulk_close.sweep("north-east", chosen(refs), SPAM, by=here, at=people.at)
    assert {one.left_out for one in shown} == {bulk_close.WHY["held"]}
    assert Sweep.objects.get(pk=made).left_out == {str(ref): "held" for ref in refs}
    assert {row(ref).stage for ref in refs} == {"waiting"}
