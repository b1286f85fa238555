"""What somebody outside can do to officers: a flood of sign-ins, words from a host beside ours, what stays after signing out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings

from heedline.casework.access import provider_sessions
from heedline.casework.access import session as access_session
from heedline.casework.access.session_store import SessionStore, row_of
from heedline.casework.journey import practice, session_rotation
from heedline.permits.models import HeldForm, OfficeSession
from heedline.web.entrance import hashing, known_devices
from heedline.web.entrance.hashing import Full, Lane
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Strangers check as many passwords as they may."""
    lane = Lane(waiting=0, within=0.1)
    monkeypatch.setattr(hashing, "STRANGERS", lane)
    with lane.turn():
        yield


def _lane_holds(lane: Lane, threads: int, refusals: int) -> tuple[int, int, int]:
    """How many of many that come at once are let through, are refused, and were at it together at most.

    Whoever is let through stays until so many have been refused.
    """
    inside = most = through = refused = 0
    lock = threading.Lock()
    enough, ready = threading.Event(), threading.Barrier(threads)

    def come() -> None:
        nonlocal inside, most, through, refused
        ready.wait(60)
        try:
            with lane.turn():
                with lock:
                    inside += 1
                    most = max(most, inside)
                enough.wait(60)
                with lock:
                    inside -= 1
                    through += 1
        except Full:
            with lock:
                refused += 1
                if refused == refusals:
                    enough.set()

    all_of_them = [threading.Thread(target=come) for _ in range(threads)]
    for one in all_of_them:
        one.start()
    for one in all_of_them:
        one.join()
    return through, refused, most


def test_one_password_is_checked_at_a_time_and_few_wait() -> None:
    assert _lane_holds(Lane(waiting=1, within=60), threads=12, refusals=10) == (2, 10, 1)


def test_nobody_waits_for_ever() -> None:
    lane = Lane(waiting=1, within=0.05)
    assert _lane_holds(lane, threads=2, refusals=1) == (1, 1, 1)
    with lane.turn():  # and the places are given back
        pass


@pytest.mark.usefixtures("full")
def test_a_stranger_in_a_flood_is_asked_to_come_again_and_loses_no_try(
    house: House, hand: Callable[[], Hand]
) -> None:
    odile = hand()
    odile.get("/sign-in/")
    form = odile.form("/sign-in/") | {"login": "odile@unit.example", "password": "no password of theirs"}
    for _ in range(15):  # more than the tries that a stranger has
        answer = odile.client.post("/sign-in/", form)
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
    assert "Too many people are signing in" in answer.content.decode()


@pytest.mark.usefixtures("full")
def test_a_known_device_has_a_lane_of_its_own(
    house: House, hand: Callable[[], Hand], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_devices, "device_for", lambda request, email: "device")
    odile = hand()
    odile.sign_in("Odile")
    assert odile.page.status_code == 200
    odile.get("/me/")
    assert "Locked: unlock your keys" in odile.html


@pytest.mark.parametrize("origin", ["http://beside.testserver", "http://testserver:8000", "null", ""])
def test_a_host_beside_ours_cannot_put_words_into_a_form(
    house: House, hand: Callable[[], Hand], origin: str
) -> None:
    """Browsers count it as the same site, so the officer's cookies come along; the words used to be kept for the form."""
    odile = hand()
    odile.sign_in("Odile")
    odile.unlock(house, "Odile")
    heads = {"HTTP_ORIGIN": origin}
    answer = odile.client.post("/w/call/", {"what.narrative": "planted", "do": "save"}, **heads)
    assert answer.status_code == 403
    assert not HeldForm.objects.exists()
    assert settings.HELD_COOKIE not in answer.cookies


def test_signing_out_clears_what_the_browser_keeps(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand()
    odile.sign_in("Odile")
    odile.get("/sign-out/")
    answer = odile.client.post("/sign-out/", odile.form("/sign-out/"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'


def test_unlocking_changes_the_session_cookie_and_the_old_one_signs_nobody_in(
    house: House, hand: Callable[[], Hand]
) -> None:
    odile, thief = hand(), hand()
    odile.sign_in("Odile")
    before = odile.client.cookies[settings.SESSION_COOKIE_NAME].value
    thief.client.cookies[settings.SESSION_COOKIE_NAME] = before
    thief.get("/me/")
    assert "Locked: unlock your keys" in thief.html
    odile.unlock(house, "Odile")
    assert odile.client.cookies[settings.SESSION_COOKIE_NAME].value != before
    odile.get("/me/")
    assert "Keys unlocked" in odile.html
    thief.get("/me/")
    assert thief.path.startswith("/sign-in/")


def test_a_new_cookie_takes_along_what_lies_under_the_old_one(house: House) -> None:
    at = now()
    session = SessionStore()
    session["_auth_user_id"] = str(house.officers["Odile"].id)
    session["more"] = "kept"
    session.create()
    session["_auth_user_id"] = str(house.officers["Odile"].id)
    session["more"] = "kept"
    session.save()
    with acting("office"):
        odile = access_session.enter(str(session.session_key), house.officers["Odile"], at=at)
        provider_sessions.begin(odile.token, "a refresh token", "sid", at=at - timedelta(days=1))
        begun = practice.begin(next(iter(practice.scenarios())), by=odile, at=at)
        practice.take(begun, by=odile, at=at)
        here = session_rotation.renew(odile, session)
        assert session["more"] == "kept"
        assert here.token != odile.token
        assert not OfficeSession.objects.filter(row=row_of(odile.token)).exists()
        assert provider_sessions.claim(here.token, at=at) == "a refresh token"
        assert [step["move"] for step in practice.one(begun, by=here).steps] == ["take"]
        assert practice.one(begun, by=odile).steps == ()
        access_session.leave()
