"""A council of two has lost every key it had. Page by page at both sites: they enrol anew, compare words, and what was sent
to them is released again to their new key; what they had answered opens too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import key_verification
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_setting_up import both, stewards, words_on
from tests.sites.partner.test_becoming_a_partner import at_partners, enrol, sign_in
from tests.support.cast import House, now
from tests.support.partner_scene import TEXT, TITLE, answered, opened, sent, sent_to_the_council
from tests.support.scene_people import People

__all__ = ["stewards"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def anew(house: House, hands: tuple[Hand, Hand], name: str) -> tuple[Hand, str, str]:
    """Invited again, enrolled, signed by two stewards, signed in and unlocked: browser, passphrase, words of the keys."""
    officer = house.officers[name]
    email = f"{name.lower()}@unit.example"
    sten = both(
        house, hands, "invite", name=officer.name, email=email, organisation=str(officer.organisation_id)
    )
    one = at_partners()
    passphrase, words = enrol(one, email, words_on(sten))
    both(house, hands, "keys", officer=str(officer.id), said=words)
    sign_in(one, email)
    one.get("/unlock/")
    one.send("/unlock/", passphrase=passphrase)
    return one, passphrase, words


@pytest.mark.usefixtures("council")
def test_what_was_sent_is_released_again_to_a_new_key(
    house: House, hand: Callable[[], Hand], stewards: tuple[Hand, Hand]
) -> None:
    people = People(house, now())
    _, ident = sent_to_the_council(people)
    opened(people, ident)
    answered(people, ident, text="We will visit on Friday.")
    place, desk = f"/w/sent/{ident}/", str(house.desks["northgate"].id)
    before = key_directory.directory().current_epoch(desk, now().date())

    petra, passphrase, _ = anew(house, stewards, "Petra")
    pavel, pavels, pavels_words = anew(house, stewards, "Pavel")
    petra.get(place)
    assert petra.heading == "Your keys cannot open this disclosure"
    assert sent(ident).state == "answered", "nothing was signed anew"
    theirs = f"/w/keys/compare/{house.officers['Pavel'].id}/"
    petra.get(theirs)
    petra.send(theirs, words=pavels_words, passphrase=passphrase)
    assert "The words of Pavel P. are right" in petra.html
    after = key_directory.directory().current_epoch(desk, now().date())
    assert before is not None
    assert after is not None
    assert after.epoch != before.epoch, "a new key of theirs"
    petra.get(place)
    assert petra.heading == "Your keys cannot open this disclosure", (
        "the new key alone opens nothing of before"
    )

    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/partners/{desk}/")
    assert "they have new keys" in odile.html
    heard = key_verification.words_of(after.made_by)
    assert heard
    assert heard not in odile.html, "the words are heard from them, and stand nowhere"
    odile.send(f"/w/partners/{desk}/", do="release", words=heard, passphrase=house.keys["Odile"].passphrase)
    assert "released again" in odile.html, odile.html

    petra.get(place)
    assert petra.heading == TITLE
    assert TEXT in petra.html
    assert "We will visit on Friday." in petra.html
    assert "does not hold" not in petra.html
    pavel.get(place)
    assert pavel.heading == "Unlock your keys", "he unlocked before there was the new key"
    pavel.send("/unlock/", passphrase=pavels)
    pavel.get(place)
    assert TEXT in pavel.html
