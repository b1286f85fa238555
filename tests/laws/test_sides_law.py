"""Law 4 over the whole history: one passphrase and the database never open both halves of an identity.

What the attack of issue 10 did: two stewards move an officer from a desk to the authorisers, a colleague compares their
words, and the database opens every identity of that desk with that officer's one passphrase.
"""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import epochs
from heedline.casework.setup import leavers, readdressing, stewardship
from heedline.desks.models import Appointment, EpochGrant, EpochKeyRow
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from tests.laws.test_identity_law import held_by, shares_opened
from tests.support.acting import acting
from tests.support.cast import House, become_acquainted, now
from tests.support.leaving_scene import a_third_officer, an_hour_later, ended, settled
from tests.support.scene_people import NAMED, People

pytestmark = pytest.mark.django_db
SIDES = {"north-east": Role.OFFICER, "identity": Role.AUTHORISER}


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def moves(people: People, name: str, out_of: str, into: str) -> None:
    """Two stewards sign that somebody leaves one desk and joins the other."""
    house = people.house
    with acting("office"):
        leavers.leave_desk(house.officers[name], house.desks[out_of], hands=house.hands, at=people.at)
        stewardship.appoint(
            house.officers[name], SIDES[into], house.desks[into], hands=house.hands, at=people.at
        )


def new_keys(people: People, name: str) -> None:
    house = people.house
    house.officers[name].wrappings.all().delete()  # type: ignore[attr-defined]
    with acting("office"):
        house.keys[name] = stewardship.wrap_keys(house.officers[name], at=people.at)
        stewardship.state_officer_keys(house.keys[name], hands=house.hands, at=people.at)


@pytest.mark.parametrize(
    ("name", "out_of", "into"), [("Olga", "north-east", "identity"), ("Anton", "identity", "north-east")]
)
def test_nobody_moves_to_the_other_side_with_what_they_hold(
    people: People, name: str, out_of: str, into: str
) -> None:
    ref, _ = people.taken(**NAMED)
    with pytest.raises(Refused, match="other side of identities"):
        moves(people, name, out_of, into)
    theirs = Appointment.objects.filter(officer=people.house.officers[name], desk__code=into)
    assert not theirs.exists()
    assert len(shares_opened(ref, held_by(people.house, (name,)))) <= 1
    assert key_directory.directory().refused == ()


def test_they_move_with_new_keys_once_the_old_ones_are_destroyed(people: People) -> None:
    a_third_officer(people)
    ref, _ = people.taken(**NAMED)
    settled(people)
    house, desk = people.house, people.house.desks["north-east"]
    with acting("office"):
        leavers.leave_desk(house.officers["Olga"], desk, hands=house.hands, at=people.at)
    people.tokens.clear()
    with people.sitting("Odile") as odile:
        assert readdressing.readdress(desk.id, by=odile, at=people.at).left == 0
    an_hour_later(desk.id)
    with people.sitting("Odile") as odile:
        for epoch in ended(people):
            readdressing.destroy(epoch, by=odile, at=people.at)
    people.tokens.clear()
    with people.sitting("Odile"):
        pass  # a member's unlocking signs what was destroyed
    appoint = (house.officers["Olga"], Role.AUTHORISER, house.desks["identity"])
    with acting("office"), pytest.raises(Refused, match="other side"):
        stewardship.appoint(*appoint, hands=house.hands, at=people.at)  # the key of before
    new_keys(people, "Olga")
    with acting("office"):
        stewardship.appoint(*appoint, hands=house.hands, at=people.at)
        become_acquainted(house, "Ada", "Olga", at=people.at)
    with people.sitting("Ada") as ada:
        given = epochs.grant_to(
            house.officers["Olga"].id,
            house.desks["identity"].id,
            by=house.keys["Ada"].hand,
            seeds=ada.keys().seeds,
            at=people.at,
        )
    assert given > 0
    now_held = EpochGrant.objects.filter(officer=house.officers["Olga"])
    assert set(now_held.values_list("epoch__desk__code", flat=True)) == {"identity"}
    assert shares_opened(ref, held_by(house, ("Olga",))).keys() == {2}


def insert(epoch: EpochKeyRow, officer: object) -> None:
    with acting("office"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO keys_grant (id, epoch_id, officer_id, sealed) VALUES (gen_random_uuid(), %s, %s, '\\x00')",
            [epoch.id, officer],
        )


@pytest.mark.parametrize(("name", "desk"), [("Olga", "identity"), ("Anton", "south-west")])
def test_the_database_refuses_such_a_grant_by_itself(people: People, name: str, desk: str) -> None:
    """As whoever has the office's role: also towards a desk that is another's, since reports are handed over."""
    epoch = EpochKeyRow.objects.filter(desk=people.house.desks[desk]).first()
    assert epoch is not None
    with pytest.raises(DatabaseError, match="other side of identities"), transaction.atomic():
        insert(epoch, people.house.officers[name].id)
    other = EpochKeyRow.objects.filter(desk=people.house.desks["south-west"]).first()
    assert other is not None
    insert(other, people.house.officers["Olga"].id)  # the same side: nothing of an identity alone


def test_the_database_remembers_a_key_whose_grants_are_gone(people: People) -> None:
    """By the statements: the grants themselves are gone once they are destroyed, and copies of them may not be."""
    house = people.house
    EpochGrant.objects.filter(officer=house.officers["Olga"]).delete()
    epoch = EpochKeyRow.objects.filter(desk=house.desks["identity"]).first()
    assert epoch is not None
    with pytest.raises(DatabaseError, match="other side of identities"), transaction.atomic():
        insert(epoch, house.officers["Olga"].id)
    new_keys(people, "Olga")
    insert(epoch, house.officers["Olga"].id)


@pytest.mark.parametrize("role", ["office", "worker", "owner"])
def test_statements_are_only_added(people: People, role: str) -> None:
    for sql in ("DELETE FROM keys_statement", "UPDATE keys_statement SET kind = 'x'"):
        with acting(role), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
