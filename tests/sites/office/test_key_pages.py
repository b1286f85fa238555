"""Keys, page by page: comparing words, looking at what changed, re-addressing and destroying after a colleague has left."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from heedline.casework.keys import directory as key_directory
from heedline.desks.models import EpochGrant
from heedline.reports.models import SealedHeader
from tests.casework.keys.test_key_verification import a_ghost
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.leaving_scene import a_third_officer, an_hour_later, ended, leaves, opened_by, settled
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def test_a_new_colleague_reads_their_words_and_can_open_reports_then(
    house: House, hand: Callable[[], Hand], people: People
) -> None:
    ref, _ = people.send()
    ghost = a_ghost(people)
    gus, odile = hand(), hand()
    odile.sign_in("Odile")
    odile.unlock(house, "Odile")
    assert odile.path.startswith("/w/keys/changes/")  # what was signed comes before the work
    assert "Gus G. is a member of North East desk." in odile.html
    odile.send("/w/keys/changes/", passphrase="not mine at all of them six")
    assert "not your passphrase" in odile.html
    odile.send("/w/keys/changes/", passphrase=house.keys["Odile"].passphrase)
    assert odile.path == "/w/"
    gus.sign_in("Gus")
    gus.get("/me/")
    found = re.search(r'hl-words"[^>]*><strong>([a-z -]+)</strong>', gus.html)
    assert found
    odile.get("/w/keys/")
    assert "Not yet verified by a colleague" in odile.html
    assert found.group(1) not in odile.html  # nothing to copy from
    odile.get(f"/w/keys/compare/{ghost}/")
    odile.send(f"/w/keys/compare/{ghost}/", words="one two three", passphrase=house.keys["Odile"].passphrase)
    assert "These are not the words" in odile.html
    assert not EpochGrant.objects.filter(officer_id=ghost).exists()
    odile.send(f"/w/keys/compare/{ghost}/", words=found.group(1), passphrase=house.keys["Odile"].passphrase)
    assert "The words of Gus G. are right. They can open 3 more keys." in odile.html
    gus.unlock(house, "Gus")
    gus.get(f"/w/r/{ref}/")
    assert "filmed the side doors" in gus.html


def test_when_a_colleague_has_left_the_page_leads_through_it(
    house: House, hand: Callable[[], Hand], people: People
) -> None:
    a_third_officer(people)
    people.taken()
    settled(people)
    leaves(people)
    odile = hand()
    odile.sign_in("Odile")
    odile.unlock(house, "Odile")
    assert "Olga O. has left." in odile.html
    odile.get("/w/keys/")
    assert "Sealed parts that only expired keys can open:" in odile.html
    odile.send("/w/keys/north-east/readdress/")
    assert "Nothing is sealed to the old keys any more." in odile.html
    assert "The expired keys can be destroyed from" in odile.html
    odile.get("/w/keys/north-east/destroy/")
    odile.send("/w/keys/north-east/destroy/")
    assert "one hour after it expires" in odile.html
    an_hour_later(house.desks["north-east"].id)
    odile.get("/w/keys/")
    assert "Destroy them" in odile.html
    odile.get("/w/keys/north-east/destroy/")
    odile.send("/w/keys/north-east/destroy/")
    assert odile.html.count("can be opened by anybody, from any backup") == 3
    assert ended(people) == []
    assert opened_by(people, "Olga") == 0
    assert SealedHeader.objects.exists()


@pytest.mark.parametrize("name", ["Otto", "Stella", "Ned"])
def test_nobody_else_finds_a_desks_keys_there(
    house: House, hand: Callable[[], Hand], people: People, name: str
) -> None:
    ghost = a_ghost(people)
    other = hand()
    other.sign_in(name)
    if name != "Ned":
        other.unlock(house, name)
    for path in (f"/w/keys/compare/{ghost}/", "/w/keys/north-east/destroy/"):
        answer = other.get(path)
        assert answer.status_code == 404 or other.path.startswith("/unlock/")
    assert key_directory.directory().refused == ()
