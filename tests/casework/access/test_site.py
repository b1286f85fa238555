"""Whoever works for a partner holds no other role, and nobody else works there: whichever comes first."""

from __future__ import annotations

import pytest

from heedline.casework.keys import directory as key_directory
from heedline.casework.keys.signing import Hand
from heedline.casework.setup import recovery, stewardship
from heedline.desks.models import Appointment
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.vault.statements.signed import ROOT
from tests.support.acting import acting
from tests.support.cast import House, add_partner, now

pytestmark = pytest.mark.django_db


def roles(house: House, name: str) -> set[str]:
    held = Appointment.objects.filter(officer=house.officers[name], ended_on=None)
    return set(held.values_list("role", flat=True))


@pytest.mark.parametrize(
    ("name", "role", "desk"),
    [
        ("Petra", Role.OFFICER, "north-east"),
        ("Petra", Role.SUPERVISOR, "northgate"),
        ("Petra", Role.AUTHORISER, "identity"),
        ("Petra", Role.OVERSEER, ""),
        ("Petra", Role.PARTNER, "north-east"),
        ("Odile", Role.PARTNER, "northgate"),
        ("Stella", Role.PARTNER, "northgate"),
        ("Ned", Role.PARTNER, "northgate"),
        ("Odile", Role.OFFICER, "northgate"),
        ("Odile", Role.CHAIR, "northgate"),
        ("Odile", Role.CHAIR, "north-east"),
        ("Petra", Role.DEPUTY, "north-east"),
    ],
)
def test_nobody_is_appointed_to_both(house: House, name: str, role: Role, desk: str) -> None:
    add_partner(house, at=now())
    before = roles(house, name)
    with acting("office"), pytest.raises(Refused):
        stewardship.appoint(house.officers[name], role, house.desks.get(desk), hands=house.hands, at=now())
    assert roles(house, name) == before


def test_the_root_names_no_steward_who_works_for_a_partner(house: House) -> None:
    add_partner(house, at=now())
    with acting("office"), pytest.raises(Refused):
        stewardship.first_steward(
            house.officers["Petra"], house.keys["Petra"], root=Hand(ROOT, house.root), at=now()
        )
    assert roles(house, "Petra") == {"partner"}


@pytest.mark.parametrize(("where", "kind"), [("unit", "partner"), ("northgate", "activity")])
def test_a_partner_is_an_organisation_of_its_own(house: House, where: str, kind: str) -> None:
    add_partner(house, at=now())
    like = house.desks["north-east" if where == "unit" else "northgate"]
    with acting("office"), pytest.raises(Refused):
        stewardship.make_desk(
            code="another",
            name="Another",
            organisation=like.organisation,
            kind=kind,
            round_the_clock=False,
            authoriser=None,
            hands=house.hands,
            at=now(),
        )


def test_an_organisation_whose_people_have_roles_becomes_no_partner(house: House) -> None:
    """Otherwise their desks' keys would be one appointment away from the partners' site."""
    with acting("office"):
        council = stewardship.make_organisation("kettleby", "Kettleby Council", hands=house.hands, at=now())
        house.officers["Ned"].organisation = council
        house.officers["Ned"].save()
        stewardship.appoint(house.officers["Ned"], Role.OVERSEER, None, hands=house.hands, at=now())
        with pytest.raises(Refused):
            stewardship.make_desk(
                code="kettleby",
                name="Kettleby",
                organisation=council,
                kind="partner",
                round_the_clock=False,
                authoriser=None,
                hands=house.hands,
                at=now(),
            )


def test_a_partner_has_no_recovery_key(house: House) -> None:
    desk = add_partner(house, at=now())
    with acting("office"), pytest.raises(Refused, match="Release its disclosures again"):
        recovery.make(desk, ("A A", "B B", "C C", "D D", "E E"), hands=house.hands, at=now())
    assert key_directory.directory().recovery(str(desk.id)) is None
