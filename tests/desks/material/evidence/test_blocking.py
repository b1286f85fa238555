"""Possible child abuse material: its referral pages at once, and neither it nor a copy of it is shown to anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from heedline.dispatch.models import Alarm
from heedline.jobs import worker
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.evidence import capturing, known, reading, referring
from heedline.specialist_desks.material.examination import examining, referrals
from heedline.specialist_desks.material.models import HashBankPage, MaterialItem
from heedline.specialist_desks.material.vocabulary import MaterialAlarm
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House
from tests.support.material_scene import the_item
from tests.support.scene_people import MINUTE, People, logged
from tests.support.small_internet import Internet, captured, pdq

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stored")]
SITE = "https://board.example/t/"
FILE, LOGO = "ab" * 32, "cd" * 32


def an_item(people: People, internet: Internet, number: int, *sums: str, picture: int) -> UUID:
    """An item whose page Odile has captured, with these files on it and a picture of this pattern."""
    address = f"{SITE}{number}"
    ref = the_item(people, address)
    text = f"Page {number} has words of its own. " * 20
    internet.page = captured(address, text, sums=sums, pdq=pdq(picture))
    with people.sitting("Odile") as odile:
        capturing.capture(ref, by=odile, at=people.at)
    return ref


def opens(people: People, ref: UUID, name: str = "Odile") -> bool:
    with people.sitting(name) as by:
        try:
            reading.open_file(ref, 1, "picture", by=by, at=people.at)
        except NotNow:
            blocked = reading.evidence_of(ref, by=by).blocked
            assert "referred as possible child abuse material" in blocked
            return False
    return True


def refer(people: People, ref: UUID) -> None:
    with people.sitting("Odile") as odile:
        due = referring.refer(ref, by=odile, at=people.at)
    assert due == people.at + timedelta(minutes=60)


def test_copies_of_a_referred_item_are_blocked_whenever_they_arrive(
    people: People, internet: Internet
) -> None:
    """By a file on their page or by their picture, captured before the referral or after it, for everybody."""
    before = an_item(people, internet, 1, FILE, picture=0x11)
    alike = an_item(people, internet, 2, picture=0xA5)
    referred = an_item(people, internet, 3, FILE, LOGO, picture=0xA5)
    other = an_item(people, internet, 4, "ef" * 32, picture=0x33)
    assert all(opens(people, one) for one in (before, other))
    refer(people, referred)
    after = an_item(people, internet, 5, FILE, picture=0x0F)
    assert [opens(people, one) for one in (before, alike, after, other)] == [False, False, False, True]
    assert not opens(people, before, "Olga"), "who leads the desk opens it neither"
    with people.sitting("Olga") as olga:
        with pytest.raises(NotNow, match="child abuse"):
            reading.export(before, by=olga, at=people.at)
        assert not reading.evidence_of(other, by=olga).blocked
    assert len(logged("material-blocked")) == 2
    assert MaterialItem.objects.get(id=before).state == "new", "a match decides nothing"
    with people.sitting("Olga") as olga:  # it was a mistake
        examining.reopen(referred, by=olga, at=people.at)
    assert all(opens(people, one) for one in (before, alike, after))


def test_a_file_that_many_items_have_blocks_none(people: People, internet: Internet) -> None:
    others = [an_item(people, internet, number, LOGO, picture=0x10 + number) for number in range(5)]
    referred = an_item(people, internet, 9, LOGO, FILE, picture=0xA5)
    refer(people, referred)
    later = an_item(people, internet, 10, LOGO, picture=0x77)
    copy = an_item(people, internet, 11, FILE, picture=0x78)
    assert all(opens(people, one) for one in (*others, later))
    assert not opens(people, copy)


def test_a_page_of_the_bank_that_does_not_open_never_delays_a_referral(
    people: People, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = an_item(people, internet, 1, FILE, picture=0xA5)

    def fails(*_: object) -> tuple[UUID, ...]:
        raise RuntimeError

    monkeypatch.setattr(known, "block", fails)
    with people.sitting("Odile") as odile, pytest.raises(RuntimeError):
        referring.refer(ref, by=odile, at=people.at)
    assert MaterialItem.objects.get().state == "referred"


def test_nobody_empties_the_bank_of_a_referred_item(people: People, internet: Internet) -> None:
    """A dishonest examiner refers an item, which is no way to take hashes out of the bank any more."""
    refer(people, an_item(people, internet, 1, FILE, picture=0xA5))
    page = HashBankPage.objects.get()
    assert page.entries == 1
    with people.sitting("Olga"), pytest.raises(DatabaseError), transaction.atomic():
        HashBankPage.objects.filter(id=page.id).update(entries=0)


def test_a_referral_pages_the_supervisors_at_once(people: People, internet: Internet) -> None:
    ref = an_item(people, internet, 1, FILE, picture=0xA5)
    refer(people, ref)
    (task,) = [one for one in worker.tasks() if one.name == "material-referrals"]
    with acting("worker"):
        for minute in range(2):
            task.call(people.at + minute * MINUTE)
    alarm = Alarm.objects.get(kind=MaterialAlarm.REFERRED)
    assert (alarm.desk.code, alarm.about_id) == ("material", ref)
    with people.sitting("Olga") as olga:
        assert referrals.is_waiting(alarm, people.at)
        examining.unit_has_it(ref, by=olga, at=people.at)
        assert not referrals.is_waiting(alarm, people.at)


@pytest.mark.usefixtures("demo")
def test_the_pages_say_the_hour_and_nothing_that_is_not_so(
    people: People,
    house: House,
    internet: Internet,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    copy = an_item(people, internet, 1, FILE, picture=0x11)
    ref = an_item(people, internet, 2, FILE, picture=0xA5)
    odile, olga = hand().at_work(house, "Odile"), hand().at_work(house, "Olga")
    odile.get(f"/w/items/{ref}/")
    odile.send(f"/w/items/{ref}/do/", do="refer")
    assert (
        "The supervisors of this desk are paged. Somebody must tell the child sexual abuse unit" in odile.html
    )
    assert "no longer shown to anyone" not in odile.html
    odile.get("/w/items/?list=referred")
    assert "Tell the unit by " in odile.html
    odile.get(f"/w/items/{copy}/")
    assert "Nobody can open its evidence. Refer this item too." in odile.html
    assert "<iframe" not in odile.html
    assert "Is it lawful?" not in odile.html
    assert "evidence/1/picture/" not in odile.html
    assert odile.get(f"/w/items/{ref}/").status_code == 403
    olga.get(f"/w/items/{ref}/")
    assert "Somebody must tell the child sexual abuse unit on call by " in olga.html
    for words in ("it is still there", "I saw it", "<iframe"):
        assert words not in olga.html
    olga.send(f"/w/items/{ref}/do/", do="unit-has-it")
    assert "Somebody must tell" not in olga.html
