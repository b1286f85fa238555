"""Unlocking, locking, and words that came too late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings

from heedline.casework.access import session
from heedline.permits.models import HeldForm, OfficeSession, UnlockedKeys
from heedline.web.entrance import throttle
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_report_walk import NORTH_EAST, VAGUE
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
MINE = "He filmed the side doors and asked when the guards change"


def test_a_locked_officer_is_led_to_unlock_and_back(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand()
    odile.sign_in("Odile")
    odile.get("/w/q/north-east/?state=closed")
    assert odile.heading == "Unlock your keys"
    assert "about a second" in odile.html
    odile.send("/unlock/", passphrase="")
    assert "Enter your passphrase" in odile.html
    assert odile.html.count("govuk-error-summary__title") == 1
    odile.send("/unlock/", passphrase="six wrong words that open nothing")
    assert "This is not your passphrase" in odile.html
    assert "six wrong words" not in odile.html
    odile.unlock(house, "Odile")
    assert odile.path == "/w/q/north-east/?state=closed"


@pytest.mark.parametrize("name", ["Odile", "Ada"])
def test_whoever_has_keys_finds_where_to_unlock_them(
    house: House, hand: Callable[[], Hand], name: str
) -> None:
    somebody = hand()
    somebody.sign_in(name)
    somebody.get("/me/")
    assert "Locked: unlock your keys" in somebody.html
    somebody.unlock(house, name)
    somebody.get("/me/")
    assert "Keys unlocked" in somebody.html


def test_the_password_does_not_unlock(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand()
    odile.sign_in("Odile")
    odile.get("/unlock/")
    odile.send("/unlock/", passphrase="correct horse battery staple")
    assert "This is not your passphrase" in odile.html


def test_unlocking_is_slowed_down_per_officer(house: House, hand: Callable[[], Hand]) -> None:
    odile, elsewhere = hand(), hand()
    odile.sign_in("Odile")
    odile.get("/unlock/")
    for _ in range(throttle.UNLOCKS.limit.burst):
        odile.send("/unlock/", passphrase="wrong")
    elsewhere.sign_in("Odile")
    elsewhere.unlock(house, "Odile")
    assert "too many attempts. Wait 1 minute" in elsewhere.html


def test_lock_now(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    odile.get("/w/")
    odile.send("/lock/")
    assert odile.heading == "Unlock your keys"
    assert UnlockedKeys.objects.count() == 0


def test_signing_out_forgets_the_keys_and_the_session(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand()
    odile.sign_in("Odile")
    odile.unlock(house, "Odile")
    odile.send("/sign-out/")
    assert UnlockedKeys.objects.count() == 0
    assert OfficeSession.objects.exclude(officer=None).count() == 0
    odile.get("/w/")
    assert odile.heading == "Sign in"


@pytest.fixture
def late(house: House, hand: Callable[[], Hand]) -> tuple[Hand, str]:
    """Odile has a report open, and has written into its form."""
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    return odile, f"/w/r/{ref}/"


def _send_late(odile: Hand, path: str) -> None:
    answers = {**odile.form(path), **VAGUE, "done_what": MINE, "priority": "high", "do": "save-stay"}
    answers["close_as"] = ""
    odile.page = odile.client.post(path, answers, follow=True)
    odile._arrived(path)


def _comes_back(odile: Hand, path: str) -> None:
    assert odile.path == path
    assert "We kept what you wrote." in odile.html
    assert odile.form(path)["done_what"] == MINE
    assert odile.form(path)["priority"] == "high"
    odile.send(path, do="save-stay")
    assert "Assessed." in odile.html
    assert HeldForm.objects.count() == 0
    assert odile.client.cookies[settings.HELD_COOKIE].value == ""


def test_a_form_posted_after_the_lock_comes_back_after_unlocking(
    house: House, late: tuple[Hand, str]
) -> None:
    odile, path = late
    UnlockedKeys.objects.update(idle_until=now() - timedelta(seconds=1))
    _send_late(odile, path)
    assert odile.heading == "Unlock your keys"
    assert "We kept what you wrote" in odile.html
    assert MINE not in odile.html
    assert MINE.encode() not in bytes(HeldForm.objects.get().sealed)
    odile.unlock(house, "Odile")
    _comes_back(odile, path)


def test_a_form_posted_after_the_session_ended_comes_back_after_signing_in(
    house: House, late: tuple[Hand, str]
) -> None:
    odile, path = late
    OfficeSession.objects.update(expires_at=now() - timedelta(seconds=1))
    _send_late(odile, path)
    assert odile.heading == "Sign in"
    assert "We kept what you wrote" in odile.html
    odile.send("/sign-in/", login="odile@unit.example", password="correct horse battery staple")
    assert odile.heading == "Unlock your keys"
    odile.unlock(house, "Odile")
    _comes_back(odile, path)


def test_a_form_posted_after_signing_out_in_another_tab_comes_back(
    house: House, late: tuple[Hand, str]
) -> None:
    odile, path = late
    before = odile.page
    odile.get("/sign-out/")
    odile.send("/sign-out/")
    odile.page = before
    _send_late(odile, path)
    assert odile.heading == "Sign in"
    odile.send("/sign-in/", login="odile@unit.example", password="correct horse battery staple")
    odile.unlock(house, "Odile")
    _comes_back(odile, path)


def test_a_form_from_before_another_sign_in_is_not_acted_on_and_not_lost(
    house: House, late: tuple[Hand, str]
) -> None:
    odile, path = late
    before = odile.page
    odile.get("/sign-out/")
    odile.send("/sign-out/")
    odile.sign_in("Odile")
    odile.unlock(house, "Odile")
    odile.page = before
    _send_late(odile, path)
    assert odile.page.status_code == 200
    _comes_back(odile, path)


def test_another_officer_at_the_same_browser_does_not_get_the_words(
    house: House, late: tuple[Hand, str]
) -> None:
    odile, path = late
    UnlockedKeys.objects.update(idle_until=now() - timedelta(seconds=1))
    _send_late(odile, path)
    odile.get("/sign-out/")
    odile.send("/sign-out/")
    odile.sign_in("Olga")
    odile.unlock(house, "Olga")
    odile.get(path)
    assert MINE not in odile.html


def test_two_late_forms_are_both_kept(house: House, late: tuple[Hand, str]) -> None:
    odile, path = late
    before = odile.page
    odile.get(f"{path}hand-over/")
    hand_over = odile.page
    UnlockedKeys.objects.update(idle_until=now() - timedelta(seconds=1))
    odile.page, odile.path = before, path
    _send_late(odile, path)
    odile.page = hand_over
    odile.send(f"{path}hand-over/", to="south-west", because="It is about Bristol", do="check")
    odile.unlock(house, "Odile")
    assert odile.path == f"{path}hand-over/"
    assert odile.form(f"{path}hand-over/")["because"] == "It is about Bristol"
    odile.get(path)
    assert odile.form(path)["done_what"] == MINE


def test_secrets_are_never_kept(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand()
    odile.sign_in("Odile")
    odile.get("/unlock/")
    fields = {**odile.form("/unlock/"), "passphrase": "one two three four five six"}
    OfficeSession.objects.update(expires_at=now() - timedelta(seconds=1))
    odile.client.post("/unlock/", fields)
    assert HeldForm.objects.count() == 0


def test_a_polled_line_neither_keeps_keys_unlocked_nor_finds_them(
    house: House, hand: Callable[[], Hand]
) -> None:
    odile = hand().at_work(house, "Odile")
    UnlockedKeys.objects.update(idle_until=now() + timedelta(minutes=2))
    until = UnlockedKeys.objects.get().idle_until
    odile.get("/w/q/north-east/new/?mark=0", **{"HX-Request": "true"})
    assert odile.page.status_code == 200
    assert UnlockedKeys.objects.get().idle_until == until
    odile.get("/w/q/north-east/")
    assert UnlockedKeys.objects.get().idle_until > until
    assert session.now() < UnlockedKeys.objects.get().idle_until
