"""Organisations and officers are added by two stewards; by the root key only until there are two of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from heedline.casework.setup import stewardship
from heedline.casework.setup.stewardship import Enrolment, Hand
from heedline.desks.models import Appointment, Officer, Organisation
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.vault.keys import new_seed
from heedline.vault.statements.signed import ROOT
from tests.support.acting import acting
from tests.support.cast import PASSWORD, House
from tests.support.scene_people import People, logged

type Verb = Callable[[House, list[Hand], datetime], Any]


def add_organisation(house: House, hands: list[Hand], at: datetime) -> Any:
    return stewardship.make_organisation("council", "The Council", hands=hands, at=at)


def add_officer(house: House, hands: list[Hand], at: datetime) -> Any:
    return stewardship.make_officer(
        email="nell@unit.example",
        name="Nell N.",
        organisation=house.officers["Odile"].organisation,
        password=PASSWORD,
        hands=hands,
        at=at,
    )


VERBS = pytest.mark.parametrize(
    ("add", "act"),
    [(add_organisation, "organisation-made"), (add_officer, "officer-made")],
    ids=["organisation", "officer"],
)


@VERBS
def test_two_stewards_add_it_and_the_log_names_the_first(people: People, add: Verb, act: str) -> None:
    house = people.house
    with acting("office"):
        made = add(house, house.hands, people.at)
    (event,) = logged(act, thing=made.id)
    assert event.actor == house.officers["Stella"].id


@VERBS
def test_nobody_else_adds_it_and_the_refusal_is_logged(people: People, add: Verb, act: str) -> None:
    house = people.house
    stella, odile = house.keys["Stella"].hand, house.keys["Odile"].hand
    root, another = Hand(ROOT, house.root), Hand(ROOT, new_seed())
    before = (Organisation.objects.count(), Officer.objects.count())
    tried = [
        [],
        [stella],
        [stella, stella],
        [stella, odile],
        [odile, stella],
        [root],
        [another],
        [root, stella],
    ]
    for hands in tried:
        with acting("office"), pytest.raises(Refused):
            add(house, hands, people.at)
    assert (Organisation.objects.count(), Officer.objects.count()) == before
    assert len(logged(act, refused=True)) == len(tried)


@VERBS
def test_the_root_key_begins_an_installation_and_a_wrong_one_does_not(
    people: People, add: Verb, act: str
) -> None:
    house = people.house
    house.officers["Sten"].appointments.update(ended_on=people.at.date())
    with acting("office"):
        with pytest.raises(Refused, match="not the root key"):
            add(house, [Hand(ROOT, new_seed())], people.at)
        made = add(house, [Hand(ROOT, house.root)], people.at)
    (event,) = logged(act, thing=made.id)
    assert event.actor is None


def test_whoever_sets_up_does_not_oversee(people: People) -> None:
    house = people.house
    ned = house.officers["Ned"]
    with acting("office"):
        with pytest.raises(Refused, match="cannot also be an overseer"):
            stewardship.appoint(house.officers["Sten"], Role.OVERSEER, None, hands=house.hands, at=people.at)
        stewardship.appoint(ned, Role.OVERSEER, None, hands=house.hands, at=people.at)
        with pytest.raises(Refused, match="cannot also be an overseer"):
            stewardship.first_steward(
                ned, Enrolment(ned.id, new_seed(), ""), root=Hand(ROOT, house.root), at=people.at
            )
    held = Appointment.objects.filter(ended_on=None, role__in=["steward", "overseer"])
    assert not {one.officer_id for one in held if one.role == "steward"} & {
        one.officer_id for one in held if one.role == "overseer"
    }
