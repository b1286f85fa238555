"""Tests for setting up an officer page by page: two stewards, a paper invitation, two unlock methods, a colleague."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from heedline.casework.keys import directory as key_directory
from heedline.casework.setup import stewardship
from heedline.desks.models import Officer, Proposal, SeedWrapping
from heedline.permits.models import OfficeSession
from heedline.permits.roles import Role
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
NEW_PASSWORD = "a password of nobody else"


def words_on(hand: Hand) -> str:
    found = re.search(r'hl-words"[^>]*>(?:<strong>)?([a-z -]+)<', hand.html)
    assert found, hand.html
    return found.group(1)


def the_proposal(hand: Hand) -> str:
    hand.get("/s/")
    found = re.search(r"/s/confirm/[0-9a-f-]{36}/", hand.html)
    assert found, hand.html
    return found.group(0)


@pytest.fixture
def stewards(house: House, hand: Callable[[], Hand]) -> tuple[Hand, Hand]:
    stella, sten = hand(), hand()
    stella.sign_in("Stella")
    sten.sign_in("Sten")
    return stella, sten


def both(house: House, stewards: tuple[Hand, Hand], kind: str, /, **facts: str) -> Hand:
    stella, sten = stewards
    stella.get(f"/s/propose/{kind}/")
    stella.send(f"/s/propose/{kind}/", passphrase=house.keys["Stella"].passphrase, **facts)
    if "Nothing has been proposed yet" in stella.html:  # a warning, which is read before the second press
        stella.send(f"/s/propose/{kind}/", passphrase=house.keys["Stella"].passphrase, **facts)
    assert "Proposed and signed by you" in stella.html, stella.html
    place = the_proposal(sten)
    sten.get(place)
    said = {"said": facts["said"]} if "said" in facts else {}
    sten.send(place, passphrase=house.keys["Sten"].passphrase, **said)
    return sten


def test_an_officer_is_invited_makes_keys_and_opens_a_report(
    house: House, hand: Callable[[], Hand], stewards: tuple[Hand, Hand]
) -> None:
    ref, _ = People(house, now()).send()
    unit = str(house.officers["Odile"].organisation_id)
    sten = both(house, stewards, "invite", name="Nell N.", email="nell@unit.example", organisation=unit)
    code = words_on(sten)
    nell = hand()
    nell.get("/enrol/")
    nell.send("/enrol/", email="nell@unit.example", code=code, password="short")
    assert nell.page.status_code == 422
    nell.send(
        "/enrol/", email="nell@unit.example", code="six words that nobody was given", password=NEW_PASSWORD
    )
    assert "These do not go together" in nell.html
    nell.send("/enrol/", email="nell@unit.example", code=code, password=NEW_PASSWORD)
    passphrase = words_on(nell)
    nell.send("/enrol/prove/")
    assert passphrase not in nell.html
    nell.send("/enrol/prove/", typed="something else that was not shown")
    assert "These are not the six words" in nell.html
    nell.send("/enrol/prove/", typed=passphrase)
    sheet = words_on(nell)
    assert sheet != passphrase
    nell.send("/enrol/prove/")
    assert not SeedWrapping.objects.filter(officer__email="nell@unit.example").exists()
    nell.send("/enrol/prove/", typed=sheet)
    assert nell.heading == "Your keys have been created"
    own = words_on(nell)
    officer = Officer.objects.get(email="nell@unit.example")
    for row in OfficeSession.objects.all():
        assert passphrase.encode() not in bytes(row.sealed)
    # a second use of the code
    nell.get("/enrol/")
    nell.send("/enrol/", email="nell@unit.example", code=code, password=NEW_PASSWORD)
    assert "These do not go together" in nell.html
    both(house, stewards, "keys", officer=str(officer.id), said=own)
    both(
        house,
        stewards,
        "appoint",
        officer=str(officer.id),
        role="officer",
        desk=str(house.desks["north-east"].id),
    )
    assert key_directory.directory().refused == ()
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/keys/compare/{officer.id}/")
    odile.send(f"/w/keys/compare/{officer.id}/", words=own, passphrase=house.keys["Odile"].passphrase)
    assert "The words of Nell N. are right" in odile.html
    nell.sign_in("Nell", password=NEW_PASSWORD)
    nell.get("/unlock/")
    nell.send("/unlock/", passphrase=passphrase)
    nell.get(f"/w/r/{ref}/")
    assert "filmed the side doors" in nell.html


def enrol(hand: Hand, code: str) -> str:
    """Nell chooses a password and makes her keys. Return the eight words of her keys."""
    hand.get("/enrol/")
    hand.send("/enrol/", email="nell@unit.example", code=code, password=NEW_PASSWORD)
    passphrase = words_on(hand)
    hand.send("/enrol/prove/")
    hand.send("/enrol/prove/", typed=passphrase)
    sheet = words_on(hand)
    hand.send("/enrol/prove/")
    hand.send("/enrol/prove/", typed=sheet)
    return words_on(hand)


def test_an_officer_is_added_in_four_steps_and_the_second_steward_finds_each_in_my_work(
    house: House, hand: Callable[[], Hand], stewards: tuple[Hand, Hand]
) -> None:
    stella, sten = stewards
    role = {"role": "officer", "desk": str(house.desks["north-east"].id)}
    steps = 0

    def step(by: Hand, place: str, steward: str, /, **answers: str) -> None:
        nonlocal steps
        by.send(place, passphrase=house.keys[steward].passphrase, **answers)
        assert by.page.status_code == 200, by.html
        steps += 1

    def found(by: Hand) -> str:
        by.get("/w/")
        link = re.search(r"/s/confirm/[0-9a-f-]{36}/", by.html)
        assert link, by.html
        by.get(link[0])
        return link[0]

    stella.get("/s/propose/invite/")
    unit = str(house.officers["Odile"].organisation_id)
    nell = {"name": "Nell N.", "email": "nell@unit.example", "organisation": unit}
    step(stella, "/s/propose/invite/", "Stella", **nell, **role)
    stella.get("/w/")
    assert "Review and confirm" not in stella.html, "their own proposal does not wait for them"
    step(sten, found(sten), "Sten")
    own = enrol(hand(), words_on(sten))
    stella.get("/w/")
    link = re.search(r'href="(/s/propose/keys/\?officer=[0-9a-f-]{36})"', stella.html)
    assert link, stella.html
    stella.get(link[1])
    assert f'value="{role["desk"]}" selected' in stella.html, "the role of the invitation is filled in"
    officer = Officer.objects.get(email="nell@unit.example")
    step(stella, "/s/propose/keys/", "Stella", officer=str(officer.id), said=own, **role)
    step(sten, found(sten), "Sten", said=own)
    assert steps <= 4
    known = key_directory.directory()
    assert known.refused == ()
    assert str(officer.id) in known.members(role["desk"])
    assert officer.appointments.filter(role="officer", ended_on=None).exists()


def test_a_leaver_who_leaves_one_opener_is_warned_about_before_anything_is_proposed(
    house: House, stewards: tuple[Hand, Hand]
) -> None:
    stella, sten = stewards
    odile, words = str(house.officers["Odile"].id), "only one person can open what is sent to it"
    facts = {"officer": odile, "desk": str(house.desks["north-east"].id)}
    passphrase = house.keys["Stella"].passphrase
    stella.get("/s/propose/leave-desk/")
    assert words not in stella.html
    stella.send("/s/propose/leave-desk/", passphrase=passphrase, **facts)
    assert words in stella.html
    assert not Proposal.objects.exists()
    stella.send("/s/propose/leave-desk/", passphrase=passphrase, **facts)
    assert Proposal.objects.count() == 1
    sten.get(the_proposal(sten))
    assert words in sten.html
    stella.get(f"/s/stop/{odile}/")
    assert words in stella.html
    stella.get(f"/s/propose/leave/?officer={odile}")
    assert words in stella.html
    olga = str(house.officers["Olga"].id)  # chosen instead of Odile, after the warning about Odile
    stella.send("/s/propose/leave/", passphrase=passphrase, officer=olga)
    assert Proposal.objects.count() == 1, "the warning about Odile was none about Olga"
    stella.send("/s/propose/leave/", passphrase=passphrase, officer=olga)
    assert Proposal.objects.count() == 2


def test_two_stewards_end_one_role_of_somebody_on_the_page(house: House, stewards: tuple[Hand, Hand]) -> None:
    stella, sten = stewards
    odile, desk = house.officers["Odile"], house.desks["north-east"]
    with acting("office"):
        stewardship.appoint(odile, Role.INVESTIGATOR, desk, hands=house.hands, at=now())
    stella.get("/s/")
    assert 'href="/s/propose/end-role/"' in stella.html
    facts = {"officer": str(odile.id), "desk": str(desk.id), "passphrase": house.keys["Stella"].passphrase}
    stella.get("/s/propose/end-role/")
    stella.send("/s/propose/end-role/", role="officer", **facts)
    assert "End that role first" in stella.html
    stella.send("/s/propose/end-role/", role="investigator", **facts)
    link = the_proposal(sten)
    sten.get(link)
    assert "Odile O. (The Unit) is no longer investigator at North East desk" in sten.html
    sten.send(link, passphrase=house.keys["Sten"].passphrase)
    assert set(odile.appointments.filter(ended_on=None).values_list("role", flat=True)) == {"officer"}


def test_a_lost_passkey_has_a_button_of_its_own(house: House, stewards: tuple[Hand, Hand]) -> None:
    stella, _ = stewards
    stella.get("/s/")
    odile = house.officers["Odile"].id
    link = f"/s/propose/lost-passkey/?officer={odile}"
    assert link in stella.html
    stella.get(link)
    stella.send("/s/propose/lost-passkey/", officer=str(odile), passphrase=house.keys["Stella"].passphrase)
    assert "Remove the lost passkeys of Odile O." in stella.html


def test_a_steward_stops_somebody_and_their_browser_is_out(
    house: House, hand: Callable[[], Hand], stewards: tuple[Hand, Hand]
) -> None:
    olga = hand().at_work(house, "Olga")
    stella, _ = stewards
    place = f"/s/stop/{house.officers['Olga'].id}/"
    stella.get(place)
    stella.send(place)
    assert "Olga O. has been signed out" in stella.html
    olga.get("/w/")
    assert olga.path.startswith("/sign-in/")
    olga.sign_in("Olga")
    assert olga.path.startswith("/sign-in/")
    # her keys count until two stewards have signed that she left: the page offers her
    ref = str(house.officers["Olga"].id)
    both(house, stewards, "leave", officer=ref)
    assert key_directory.directory().officer(ref) is None
    stella.get("/s/")
    assert "Out: holds nothing here" in stella.html
    assert place not in stella.html


def test_a_lost_passphrase_is_made_anew_on_the_page(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    old = house.keys["Odile"].passphrase
    odile.get("/me/ways/")
    assert "You have only one way" in odile.html
    odile.send("/me/ways/", way="reserve", passphrase=old)
    sheet = words_on(odile)
    odile.send("/me/ways/prove/")
    odile.send("/me/ways/prove/", typed="not this one at all my dear")
    assert "These are not the six words" in odile.html
    odile.send("/me/ways/prove/", typed=sheet)
    assert "You have: Passphrase, Recovery sheet." in odile.html
    other = hand()
    other.sign_in("Odile")
    other.get("/unlock/")
    other.send("/unlock/", passphrase=sheet)
    assert other.path == "/w/"


def test_setting_up_is_for_stewards(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    for path in ("/s/", "/s/propose/invite/"):
        assert odile.get(path).status_code == 403
    assert "/s/" not in odile.get("/w/").content.decode()
