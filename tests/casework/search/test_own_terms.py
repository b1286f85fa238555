"""Tests for comparing searches and their results with an officer's conflict-of-interest terms."""

from __future__ import annotations

import pytest

from heedline.casework.oversight import conflict_register
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People, logged
from tests.support.search_scene import indexed, look_for

pytestmark = pytest.mark.django_db


def test_a_passage_about_the_officer_is_met_whatever_was_typed(people: People) -> None:
    with_leads(people)
    with people.sitting("Ned", unlocked=False) as ned:
        conflict_register.register(people.house.officers["Odile"].id, ("Zoë O'Brien",), by=ned, at=people.at)
    people.tokens.clear()
    ref, _ = people.send(narrative="Zoe OBrien filmed the side door of the hall.")
    people.send(narrative="The side door of the hall was open.")
    indexed(people)
    look_for(people, "quillon")
    assert not logged("own-term-met")
    assert len(look_for(people, "side door").results) == 2
    assert [(one.thing_id, one.detail["how"]) for one in logged("own-term-met")] == [
        (ref, "search-results-read")
    ]


def test_what_is_typed_about_the_officer_is_met_whatever_is_found(people: People) -> None:
    with_leads(people)
    own = ("Oakes", "AB12 CDE", "12 Mill Lane")
    with people.sitting("Ned", unlocked=False) as ned:
        conflict_register.register(people.house.officers["Odile"].id, own, by=ned, at=people.at)
    people.tokens.clear()
    people.send(narrative="The side door of the hall was open.")
    indexed(people)
    typed = ("rosa oakes", "*oakes*", "oakes*", "*OAKES", "*ab12cde*", '"12 Mill Lane"')
    for number, text in enumerate(typed, 1):
        look_for(people, text)
        assert [one.detail["how"] for one in logged("own-term-met")] == ["looked-for"] * number, text
    look_for(people, "side door")
    assert len(logged("own-term-met")) == len(typed)
