"""Single sign-on ends: the provider says no, or nothing; and what two stewards can do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings

from heedline.audit.models import Event
from heedline.casework.access import provider_sessions
from heedline.casework.intake import settle_arrivals
from heedline.desks.models import ProviderBinding
from heedline.permits.models import OfficeSession, ProviderNotice, ProviderSession, UnlockedKeys
from tests.sites.office.desk_hand import Hand
from tests.sites.office.provider_scene import (
    ENDED,
    MINE,
    START,
    Clock,
    acts,
    bound,
    by_password,
    clock,
    idp,
    sign_in_there,
)
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.identity_provider import IdentityProvider
from tests.support.stories import a_report

__all__ = ["bound", "clock", "idp"]
pytestmark = pytest.mark.django_db
Open = Callable[[], Hand]


# --- going out ----------------------------------------------------------------------------------------------------------


def test_who_is_disabled_there_is_out_here_within_minutes(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    page, elsewhere = (sign_in_there(hand(), idp, "odile-there") for _ in range(2))
    page.unlock(house, "Odile")
    idp.disable("odile-there")
    page.get("/w/q/north-east/")
    assert page.heading == "North East desk"  # the last answer is fresh
    clock.on(minutes=3, seconds=1)
    page.get("/w/q/north-east/")
    assert page.heading == "Sign in"
    assert not UnlockedKeys.objects.exists()
    elsewhere.get("/w/")  # not fresh any more: it is asked about at once
    assert elsewhere.heading == "Sign in"
    assert not OfficeSession.objects.filter(officer=house.officers["Odile"]).exists()
    assert acts("ended-by-provider") == [{"how": "token"}, {"how": "token"}]
    assert "You sign in with Work ID" in by_password(hand(), "Odile").html
    assert sign_in_there(hand(), idp, "odile-there").page.status_code == 422


def test_a_browser_that_was_idle_for_too_long_ends_alone(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    """The refresh token of one ran out at the provider. In the other they are in the middle of a report."""
    idle = sign_in_there(hand(), idp, "odile-there")
    idp.refresh_tokens.clear()
    busy = sign_in_there(hand(), idp, "odile-there")
    busy.unlock(house, "Odile")
    clock.on(minutes=2)
    busy.get("/w/q/north-east/")
    assert idp.asked["refresh"] == 0
    clock.on(minutes=1, seconds=1)
    idle.get("/w/")
    assert idle.heading == "Sign in"
    busy.get("/w/q/north-east/")
    assert (busy.heading, idp.asked["refresh"]) == ("North East desk", 2), (
        "asked about at once, and it said yes"
    )
    assert UnlockedKeys.objects.count() == 1
    assert acts("ended-by-provider") == [{"how": "token"}]


def test_a_no_to_the_person_ends_every_session_of_theirs(
    house: House,
    hand: Open,
    idp: IdentityProvider,
    bound: None,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, elsewhere = (sign_in_there(hand(), idp, "odile-there") for _ in range(2))
    clock.on(minutes=4)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(idp, "tokens", lambda *asked: (400, {"error": "access_denied"}))
        page.get("/w/")
    assert page.heading == "Sign in"
    elsewhere.get("/w/")
    assert elsewhere.heading == "Sign in"
    assert acts("ended-by-provider") == [{"how": "refused"}]


def test_what_a_page_asks_by_itself_asks_the_provider_too(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    page = sign_in_there(hand(), idp, "odile-there")
    idp.disable("odile-there")
    clock.on(minutes=4)
    page.get("/w/", **{"HX-Request": "true"})
    assert not OfficeSession.objects.filter(officer=house.officers["Odile"]).exists()


def test_one_request_asks_and_the_others_go_on(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    """A refresh token is good once: two at a time would look like a thief to the provider."""
    page = sign_in_there(hand(), idp, "odile-there")
    clock.on(minutes=4)
    token = page.client.cookies[settings.SESSION_COOKIE_NAME].value
    assert provider_sessions.claim(token, at=clock.now()) is not None
    assert provider_sessions.claim(token, at=clock.now()) is None
    page.get("/w/")
    assert (page.heading, idp.asked["refresh"]) == ("My work", 0)
    clock.on(minutes=1)  # the one that asked never came back
    page.get("/w/")
    assert (page.heading, idp.asked["refresh"]) == ("My work", 1)
    for _ in range(3):
        clock.on(minutes=3, seconds=1)
        page.get("/w/")
        assert page.heading == "My work"  # each time with the newest token


def test_an_outage_locks_nobody_out_on_the_spot_and_not_for_ever_either(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    page = sign_in_there(hand(), idp, "odile-there")
    page.unlock(house, "Odile")
    idp.down = True
    for _ in range(5):
        clock.on(minutes=11)
        page.get("/w/q/north-east/")
        assert page.heading == "North East desk"  # and reports stay readable
    clock.on(minutes=6)
    page.get("/w/q/north-east/")
    assert page.heading == "Sign in"
    assert acts("ended-by-provider") == [{"how": "silence"}]
    page.send(START)
    assert "cannot be reached" in page.html
    assert by_password(hand(), "Olga").heading == "My work"  # local accounts do not depend on it
    idp.down = False
    clock.on(seconds=11)
    assert sign_in_there(hand(), idp, "odile-there").heading == "My work"


def test_an_outage_ends_without_a_trace_when_it_is_short(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    page = sign_in_there(hand(), idp, "odile-there")
    idp.down = True
    clock.on(minutes=30)
    page.get("/w/")
    idp.down = False
    clock.on(minutes=2)
    page.get("/w/")
    assert idp.asked["refresh"] == 1
    clock.on(minutes=59)
    idp.down = True
    page.get("/w/")
    assert page.heading == "My work"


def test_a_secret_that_no_longer_fits_is_no_word_about_a_person(
    house: House,
    hand: Open,
    idp: IdentityProvider,
    bound: None,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = sign_in_there(hand(), idp, "odile-there")
    monkeypatch.setattr(settings, "SSO", idp.provider(secret="forgotten"))
    clock.on(minutes=4)
    page.get("/w/")
    assert page.heading == "My work"


@pytest.mark.parametrize("wrong", ["key", "clock", "nothing"])
def test_what_cannot_be_checked_is_no_word_about_a_person(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock, wrong: str
) -> None:
    """Keys that were changed within the minute, a clock that is wrong, keys that cannot be read: the office stays open, and
    the token that was given meanwhile is the one that counts."""
    page = sign_in_there(hand(), idp, "odile-there")
    clock.on(minutes=4)
    if wrong == "key":
        idp.sign = "unknown"
    elif wrong == "clock":
        idp.bend = lambda claims: claims.update(iat=claims["iat"] + 600)
    else:
        idp.bend = lambda claims: idp.facts.update(jwks_uri=None)
        idp.sign = "unknown"
    page.get("/w/")
    assert (page.heading, idp.asked["refresh"]) == ("My work", 1)
    idp.sign, idp.bend, idp.facts = "RS256", lambda claims: None, {}
    clock.on(minutes=1, seconds=1)
    page.get("/w/")
    assert (page.heading, idp.asked["refresh"]) == ("My work", 2)
    idp.sign = "unknown"
    clock.on(minutes=63)
    page.get("/w/")
    assert page.heading == "Sign in"
    assert acts("ended-by-provider") == [{"how": "silence"}]


@pytest.mark.parametrize("odd", ["\ud800", "é"])
def test_a_token_that_is_none_stops_no_request(
    house: House,
    hand: Open,
    idp: IdentityProvider,
    bound: None,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    odd: str,
) -> None:
    page, tokens = sign_in_there(hand(), idp, "odile-there"), idp.tokens
    clock.on(minutes=4)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(
            idp, "tokens", lambda *asked: (200, {**tokens(*asked)[1], "refresh_token": odd, "id_token": odd})
        )
        page.get("/w/")
        assert (page.heading, idp.asked["refresh"]) == ("My work", 1)
        assert "can be trusted" in sign_in_there(hand(), idp, "odile-there").html


def test_switched_off_the_sessions_end_and_who_was_bound_stays_bound(
    house: House,
    hand: Open,
    idp: IdentityProvider,
    bound: None,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = sign_in_there(hand(), idp, "odile-there")
    monkeypatch.setattr(settings, "SSO", None)
    clock.on(minutes=61)
    page.get("/w/")
    assert page.heading == "Sign in"
    assert by_password(hand(), "Odile").page.status_code == 422


# --- two stewards -------------------------------------------------------------------------------------------------------


def _signed_by_two(house: House, hand: Open, kind: str) -> None:
    first, second = hand(), hand()
    first.at_work(house, "Stella")
    first.get(f"/s/propose/{kind}/")
    officer = str(house.officers["Odile"].id)
    first.send(f"/s/propose/{kind}/", officer=officer, passphrase=house.keys["Stella"].passphrase)
    assert "Another steward must confirm it" in first.html
    second.at_work(house, "Sten")
    second.get("/s/")
    ref = second.html.split("/s/confirm/")[1].split("/")[0]
    second.get(f"/s/confirm/{ref}/")
    second.send(f"/s/confirm/{ref}/", passphrase=house.keys["Sten"].passphrase)
    assert "Done:" in second.html


def test_two_stewards_let_somebody_in_by_password_for_twelve_hours(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    idp.down = True
    _signed_by_two(house, hand, "let-in")
    page = by_password(hand(), "Odile")
    assert page.heading == "My work"
    page.get(MINE)
    assert "You have permission until" in page.html
    clock.on(hours=11)
    page.get("/w/")
    assert page.heading == "My work"
    clock.on(hours=1, minutes=1)
    page.get("/w/")
    assert page.heading == "Sign in"
    assert by_password(hand(), "Odile").page.status_code == 422
    assert Event.objects.get(act="let-in").actor == house.officers["Stella"].id


def test_what_the_provider_ends_ends_a_let_in_too(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    _signed_by_two(house, hand, "let-in")
    local, there = by_password(hand(), "Odile"), sign_in_there(hand(), idp, "odile-there")
    idp.disable("odile-there")
    clock.on(minutes=4)
    there.get("/w/")
    local.get("/w/")
    assert local.heading == "Sign in"
    assert by_password(hand(), "Odile").page.status_code == 422


def test_two_stewards_unbind_and_the_officer_cannot(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    page = sign_in_there(hand(), idp, "odile-there")
    page.get(MINE)
    assert "ask two stewards" in page.html
    assert "<form method" not in page.html.split("<main")[1]
    _signed_by_two(house, hand, "unbind")
    page.get("/w/")
    assert page.heading == "Sign in"
    assert sign_in_there(hand(), idp, "odile-there").page.status_code == 422
    assert by_password(hand(), "Odile").heading == "My work"


def test_one_steward_lets_nobody_in(house: House, hand: Open, bound: None) -> None:
    page = hand()
    page.at_work(house, "Stella")
    page.get("/s/")
    assert "Single sign-on" in page.html
    page.get("/s/propose/let-in/")
    page.send(
        "/s/propose/let-in/",
        officer=str(house.officers["Odile"].id),
        passphrase=house.keys["Stella"].passphrase,
    )
    assert by_password(hand(), "Odile").page.status_code == 422
    assert ProviderBinding.objects.get().password_until is None


# --- what is left behind ------------------------------------------------------------------------------------------------


def test_what_was_being_written_is_kept_when_the_session_ends(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    ref, _ = a_report(at=clock.now(), where={"postcode": "NE1 4ST"})
    page = sign_in_there(hand(), idp, "odile-there")
    page.unlock(house, "Odile")
    page.get("/w/q/north-east/")
    page.send(f"/w/r/{ref}/take/")
    form = page.form(f"/w/r/{ref}/")
    idp.down = True
    clock.on(minutes=61)
    page.page = page.client.post(
        f"/w/r/{ref}/", {**form, "done_what": "Seen twice by the same van", "do": "stay"}, follow=True
    )
    assert page.heading == "Sign in"
    assert "We kept what you wrote" in page.html
    idp.down = False
    clock.on(seconds=11)
    sign_in_there(page, idp, "odile-there")
    page.unlock(house, "Odile")
    page.get(f"/w/r/{ref}/")
    assert "Seen twice by the same van" in page.html


def test_what_ran_out_is_swept_away_with_its_session(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    sign_in_there(hand(), idp, "odile-there")
    assert hand().client.post(ENDED, {"logout_token": idp.logout_token("stranger")}).status_code == 200
    settle_arrivals.sweep(now())
    assert (ProviderSession.objects.count(), ProviderNotice.objects.count()) == (1, 1)
    OfficeSession.objects.update(expires_at=now() - timedelta(days=2))
    ProviderNotice.objects.update(expires_at=now() - timedelta(hours=1))
    with acting("worker"):
        settle_arrivals.sweep(now())
    assert not ProviderSession.objects.exists()
    assert not ProviderNotice.objects.exists()
    assert not OfficeSession.objects.exists()
