"""From nothing to a partner of two people who can open what is sent to them, page by page, through the stewards' forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from heedline.casework.keys import directory as key_directory
from heedline.desks.models import Desk, Officer, Organisation, SeedWrapping
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_setting_up import both, stewards, words_on
from tests.support.cast import House, now
from tests.support.site_client import SiteClient

__all__ = ["stewards"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
PASSWORD = "a password of nobody else"


def at_partners() -> Hand:
    return Hand(SiteClient("partner"))


def enrol(one: Hand, email: str, code: str) -> tuple[str, str]:
    """Make keys: the passphrase, and the words of the keys."""
    one.get("/enrol/")
    one.send("/enrol/", email=email, code=code, password=PASSWORD)
    passphrase = words_on(one)
    one.send("/enrol/prove/")
    one.send("/enrol/prove/", typed=passphrase)
    sheet = words_on(one)
    one.send("/enrol/prove/")
    one.send("/enrol/prove/", typed=sheet)
    assert one.heading == "Your keys have been created"
    assert "Once both stewards have signed" in one.html
    return passphrase, words_on(one)


def sign_in(one: Hand, email: str) -> None:
    one.get("/sign-in/")
    one.send("/sign-in/", login=email, password=PASSWORD)


def test_a_council_of_two_comes_to_be(
    house: House, hand: Callable[[], Hand], stewards: tuple[Hand, Hand]
) -> None:
    both(house, stewards, "organisation", name="Kettleby Council", code="kettleby")
    council = str(Organisation.objects.get(code="kettleby").id)
    # what is asked of desks that get reports is no question for a partner's
    both(
        house,
        stewards,
        "desk",
        name="Kettleby housing",
        code="kettleby-housing",
        organisation=council,
        kind="partner",
        round_the_clock="yes",
        authoriser=str(house.desks["identity"].id),
    )
    desk = Desk.objects.get(code="kettleby-housing")
    assert (desk.kind, desk.round_the_clock, desk.authoriser_id) == ("partner", False, None)
    people: dict[str, tuple[Hand, str, str]] = {}
    for name in ("Kit", "Kim"):
        email = f"{name.lower()}@kettleby.example"
        sten = both(house, stewards, "invite", name=f"{name} K.", email=email, organisation=council)
        assert f"{settings.PARTNER_URL}/enrol/" in sten.html, "the code is used at the partners' site"
        code = words_on(sten)
        office = hand()
        office.get("/enrol/")
        office.send("/enrol/", email=email, code=code, password=PASSWORD)
        assert "These do not go together" in office.html, "not at the office"
        one = at_partners()
        passphrase, words = enrol(one, email, code)
        sign_in(one, email)
        assert "do not go together" in one.html, "no place yet"
        officer = str(Officer.objects.get(email=email).id)
        both(house, stewards, "keys", officer=officer, said=words)
        both(house, stewards, "appoint", officer=officer, role="partner", desk=str(desk.id))
        people[name] = (one, passphrase, words)
    assert key_directory.directory().refused == ()
    kit, passphrase, _ = people["Kit"]
    sign_in(kit, "kit@kettleby.example")
    assert kit.heading == "Sent to Kettleby Council"
    kit.get("/unlock/")
    kit.send("/unlock/", passphrase=passphrase)
    kit.get("/w/keys/")
    assert "There is no key yet" in kit.html, "nobody has compared words"
    kim = Officer.objects.get(email="kim@kettleby.example")
    kit.get(f"/w/keys/compare/{kim.id}/")
    kit.send(f"/w/keys/compare/{kim.id}/", words=people["Kim"][2], passphrase=passphrase)
    assert "The words of Kim K. are right" in kit.html
    current = key_directory.directory().current_epoch(str(desk.id), now().date())
    assert current is not None
    assert current.grantees == {
        str(one)
        for one in Officer.objects.filter(organisation=desk.organisation).values_list("id", flat=True)
    }
    both_ways, passphrase, _ = people["Kim"]
    sign_in(both_ways, "kim@kettleby.example")
    both_ways.get("/unlock/")
    both_ways.send("/unlock/", passphrase=passphrase)
    assert "Keys unlocked" in both_ways.html


def test_who_has_lost_everything_is_invited_again_and_is_out_until_then(
    house: House, partner: Callable[[], Hand], stewards: tuple[Hand, Hand]
) -> None:
    lost = partner().at_work(house, "Petra")
    before = dict(SeedWrapping.objects.filter(officer=house.officers["Petra"]).values_list("way", "wrapped"))
    council = str(house.officers["Petra"].organisation_id)
    sten = both(house, stewards, "invite", name="Petra", email="petra@unit.example", organisation=council)
    assert f"{settings.PARTNER_URL}/enrol/" in sten.html
    one = at_partners()
    passphrase, words = enrol(one, "petra@unit.example", words_on(sten))
    after = dict(SeedWrapping.objects.filter(officer=house.officers["Petra"]).values_list("way", "wrapped"))
    assert set(after) == {"passphrase", "reserve"}
    assert not set(before.values()) & set(after.values())
    lost.get("/w/")
    assert lost.heading == "Sign in", "the session of before is over"
    both(house, stewards, "keys", officer=str(house.officers["Petra"].id), said=words)
    sign_in(one, "petra@unit.example")
    one.get("/unlock/")
    one.send("/unlock/", passphrase=passphrase)
    one.get("/w/keys/")
    assert "Not yet verified by a colleague" in one.html
    pavel = partner_again("Pavel", house)
    pavel.get(f"/w/keys/compare/{house.officers['Petra'].id}/")
    pavel.send(
        f"/w/keys/compare/{house.officers['Petra'].id}/",
        words=words,
        passphrase=house.keys["Pavel"].passphrase,
    )
    assert "The words of Petra P. are right" in pavel.html


def partner_again(name: str, house: House) -> Hand:
    """Somebody else of the partner, at work."""
    return at_partners().at_work(house, name)


def refusal(house: House, steward: Hand, kind: str, /, **facts: Any) -> str:
    steward.get(f"/s/propose/{kind}/")
    steward.send(f"/s/propose/{kind}/", passphrase=house.keys["Stella"].passphrase, **facts)
    assert steward.page.status_code == 422, steward.html
    return steward.html


def test_the_second_steward_sees_for_which_organisation_they_sign(
    house: House, partner: Callable[[], Hand], stewards: tuple[Hand, Hand]
) -> None:
    partner()
    stella, sten = stewards
    council = house.desks["northgate"].organisation
    for kind, facts, said in (
        ("invite", {"name": "Kit K.", "email": "kit@unit.example"}, f"to {council.name}"),
        (
            "desk",
            {"name": "More", "code": "more", "kind": "partner", "round_the_clock": "no", "authoriser": ""},
            f"Add to {council.name} the desk More",
        ),
    ):
        stella.get(f"/s/propose/{kind}/")
        stella.send(
            f"/s/propose/{kind}/",
            passphrase=house.keys["Stella"].passphrase,
            organisation=str(council.id),
            **facts,
        )
        sten.get("/s/")
        assert said in sten.html
        (place,) = re.findall(r"/s/confirm/[0-9a-f-]{36}/", sten.html)
        sten.get(place)
        assert said in sten.html
        sten.get("/s/")
        sten.send(place.replace("confirm", "withdraw"))


def test_the_forms_say_why_somebody_cannot_be_both(
    house: House, partner: Callable[[], Hand], stewards: tuple[Hand, Hand]
) -> None:
    partner()
    stella, _ = stewards
    northgate, unit = house.desks["northgate"], house.desks["north-east"]
    petra, odile = str(house.officers["Petra"].id), str(house.officers["Odile"].id)
    ned = str(house.officers["Ned"].id)
    assert "They do not belong to the partner organisation" in refusal(
        house, stella, "appoint", officer=ned, role="partner", desk=str(northgate.id)
    )
    assert "They do not belong" in refusal(
        house, stella, "appoint", officer=odile, role="partner", desk=str(northgate.id)
    )
    assert "They work for a partner and cannot hold any other role" in refusal(
        house, stella, "appoint", officer=petra, role="officer", desk=str(unit.id)
    )
    assert "They work for a partner" in refusal(
        house, stella, "appoint", officer=petra, role="overseer", desk=""
    )
    assert "Its members can have only the roles of partners" in refusal(
        house, stella, "appoint", officer=odile, role="officer", desk=str(northgate.id)
    )
    assert "This role can be held only at a partner’s desk" in refusal(
        house, stella, "appoint", officer=petra, role="partner", desk=str(unit.id)
    )
    common = {"name": "X", "code": "x", "round_the_clock": "no", "authoriser": ""}
    assert "A partner must be a separate organisation" in refusal(
        house, stella, "desk", organisation=str(unit.organisation_id), kind="partner", **common
    )
    assert "This organisation is a partner" in refusal(
        house, stella, "desk", organisation=str(northgate.organisation_id), kind="activity", **common
    )
