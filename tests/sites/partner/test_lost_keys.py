"""A council of two loses every way to unlock, page by page: invited again, new keys, signed, compared, and what had been sent
to it is released to the new key by the desk that sent it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.reports.models import SealedHeader
from tests.casework.partner_scene import COUNCIL, TEXT, TITLE, a_partner, sent, sent_to_the_council
from tests.casework.people import People, logged
from tests.cast import House, now
from tests.sites.officer.desk_hand import Hand
from tests.sites.officer.test_setting_up import both, stewards, words_on
from tests.sites.partner.test_becoming_a_partner import at_partners, enrol, sign_in

__all__ = ["stewards"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_two_people_lose_everything_and_read_again_what_was_sent(
    house: House, hand: Callable[[], Hand], stewards: tuple[Hand, Hand]
) -> None:
    people = People(house, now())
    a_partner(people)
    ref, ident = sent_to_the_council(people)
    team = house.desks[COUNCIL]
    before = bytes(SealedHeader.objects.get(container=sent(ident).key).header)

    found: dict[str, tuple[Hand, str, str]] = {}
    for name in ("Petra", "Pavel"):
        officer = house.officers[name]
        sten = both(
            house,
            stewards,
            "invite",
            name=officer.name,
            email=officer.email,
            organisation=str(team.organisation_id),
        )
        one = at_partners()
        passphrase, words = enrol(one, officer.email, words_on(sten))
        both(house, stewards, "keys", officer=str(officer.id), said=words)
        found[name] = (one, passphrase, words)

    petra, passphrase, hers = found["Petra"]
    sign_in(petra, house.officers["Petra"].email)
    petra.get("/unlock/")
    petra.send("/unlock/", passphrase=passphrase)
    pavel_id = house.officers["Pavel"].id
    petra.get(f"/w/keys/compare/{pavel_id}/")
    petra.send(f"/w/keys/compare/{pavel_id}/", words=found["Pavel"][2], passphrase=passphrase)
    assert "are right" in petra.html
    petra.get(f"/w/sent/{ident}/")
    petra.send(f"/w/sent/{ident}/")
    assert petra.heading == "Your keys do not open this"
    assert sent(ident).receipt is None, "and nothing was signed"

    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/partners/{team.id}/")
    assert "they have new keys" in odile.html
    odile.send(f"/w/partners/{team.id}/", do="release", words=hers, passphrase=house.keys["Odile"].passphrase)
    assert "1 released again. They can open them now." in odile.html
    assert bytes(SealedHeader.objects.get(container=sent(ident).key).header) != before
    assert len(logged("released-again", thing=ref)) == 1

    petra.get(f"/w/sent/{ident}/")
    petra.send(f"/w/sent/{ident}/")
    assert petra.heading == TITLE
    assert TEXT in petra.html
    pavel, passphrase, _ = found["Pavel"]
    sign_in(pavel, house.officers["Pavel"].email)
    pavel.get("/unlock/")
    pavel.send("/unlock/", passphrase=passphrase)
    pavel.get(f"/w/sent/{ident}/")
    assert pavel.heading == TITLE, "the maker of the key has granted it to her colleague"
