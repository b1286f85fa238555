"""A passkey unlocks once it has answered twice alike, for its own officer, and beside the passphrase."""

from __future__ import annotations

import pytest

from heedline.casework.access import passkeys
from heedline.casework.errors import WrongPassphrase
from heedline.desks.models import SeedWrapping
from heedline.permits.gate import Refused
from heedline.vault import CannotOpen
from tests.support.scene_people import People, logged

pytestmark = pytest.mark.django_db
ANSWER, OTHER, CREDENTIAL = "5a" * 32, "a5" * 32, "c0ffee"


def added(people: People, name: str = "Odile", **other: str) -> None:
    with people.sitting(name, unlocked=False) as here:
        passkeys.add(
            other.get("credential", CREDENTIAL),
            other.get("given", ANSWER),
            other.get("again", ANSWER),
            other.get("passphrase", people.house.keys[name].passphrase),
            by=here,
            at=people.at,
        )


def test_it_unlocks_what_the_passphrase_unlocks(people: People) -> None:
    added(people)
    with people.sitting("Odile", unlocked=False) as odile:
        offer = passkeys.offered(by=odile)
        assert offer is not None
        assert (offer.credential, len(offer.salt)) == (CREDENTIAL, 64)
        here = passkeys.unlock(ANSWER, by=odile, at=people.at)
        assert len(here.keys().seeds) == 3
        with pytest.raises(CannotOpen):
            passkeys.unlock(OTHER, by=odile, at=people.at)
    assert len(logged("unlock-refused", refused=True)) == 1
    people.tokens.clear()
    with people.sitting("Odile") as odile:
        assert odile.unlocked


@pytest.mark.parametrize(
    "other",
    [
        {"again": OTHER},
        {"given": "", "again": ""},
        {"given": "zz" * 32, "again": "zz" * 32},
        {"credential": ""},
    ],
)
def test_what_did_not_answer_twice_alike_is_not_kept(people: People, other: dict[str, str]) -> None:
    with pytest.raises(Refused):
        added(people, **other)
    assert not SeedWrapping.objects.filter(way="passkey").exists()


def test_the_passphrase_is_needed_to_add_one(people: People) -> None:
    with pytest.raises(WrongPassphrase):
        added(people, passphrase=people.house.keys["Olga"].passphrase)
    assert len(logged("unlock-refused", refused=True)) == 1


def test_it_opens_nobody_elses_keys(people: People) -> None:
    added(people)
    row = SeedWrapping.objects.get(way="passkey")
    row.officer = people.house.officers["Olga"]
    row.save()
    with people.sitting("Olga", unlocked=False) as olga, pytest.raises(CannotOpen):
        passkeys.unlock(ANSWER, by=olga, at=people.at)
    with people.sitting("Odile", unlocked=False) as odile:
        assert passkeys.offered(by=odile) is None
        with pytest.raises(CannotOpen):
            passkeys.unlock(ANSWER, by=odile, at=people.at)
