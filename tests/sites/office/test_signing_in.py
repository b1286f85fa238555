"""Signing in: password, code, recovery code; tries that are limited without locking anybody's own machine."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail

from heedline.audit.models import Event
from heedline.web.entrance import throttle
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House
from tests.support.code_app import at_one_moment, code_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock of code apps stand: a code that is entered half a minute later is wrong."""
    at_one_moment(monkeypatch)


def _secret_on(page: Hand) -> str:
    found = re.search(r'<code class="hl-key"[^>]*>([A-Z2-7 ]+)</code>', page.html)
    assert found
    return found.group(1).replace(" ", "")


def _set_up(page: Hand) -> str:
    """Set up a code app and return its secret."""
    page.get("/me/security/code-app/")
    secret = _secret_on(page)
    page.send("/me/security/code-app/", code=code_of(secret))
    assert page.heading == "Recovery codes"
    return secret


def test_without_a_second_step_nothing_opens_but_its_set_up(
    house: House, hand: Callable[[], Hand], live: None
) -> None:
    odile = hand()
    odile.sign_in("Odile")
    assert odile.heading == "Set up a second sign-in step"
    for path in ("/w/", "/w/q/north-east/", "/unlock/", "/w/duty/", "/me/"):
        odile.get(path)
        assert odile.heading == "Set up a second sign-in step", path
    _set_up(odile)
    odile.get("/w/")
    assert odile.heading == "My work"


def test_the_code_is_asked_for_and_works_once(house: House, hand: Callable[[], Hand], live: None) -> None:
    odile = hand()
    odile.sign_in("Odile")
    secret = _set_up(odile)
    codes = re.findall(r"<li><code>(\d{8})</code></li>", odile.html)
    assert len(codes) == 10
    odile.get("/sign-out/")
    odile.send("/sign-out/")
    assert odile.heading == "Sign in"

    odile.sign_in("Odile")
    assert odile.heading == "Second step"
    odile.get("/w/")
    assert odile.heading in {"Sign in", "Second step"}
    odile.get("/sign-in/second/")
    odile.send("/sign-in/second/", code="000000")
    assert "not a code that works now" in odile.html
    odile.send("/sign-in/second/", code=codes[0])
    assert odile.heading == "My work"

    again = hand()
    again.sign_in("Odile")
    again.send("/sign-in/second/", code=codes[0])
    assert "not a code that works now" in again.html
    again.send("/sign-in/second/", code=code_of(secret))
    assert again.heading == "My work"


def test_secrets_of_the_second_step_are_sealed_at_rest(
    house: House, hand: Callable[[], Hand], live: None
) -> None:
    odile = hand()
    odile.sign_in("Odile")
    secret = _set_up(odile)
    stored = {row.type: row.data for row in Authenticator.objects.all()}
    assert secret not in str(stored["totp"])
    assert len(bytes.fromhex(stored["totp"]["secret"])) > 40
    assert len(bytes.fromhex(stored["recovery_codes"]["seed"])) > 60


def test_the_only_second_step_stays(house: House, hand: Callable[[], Hand], live: None) -> None:
    odile = hand()
    odile.sign_in("Odile")
    _set_up(odile)
    odile.get("/me/security/code-app/take-away/")
    odile.send("/me/security/code-app/take-away/")
    assert "your only second step" in odile.html
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_wrong_password_unknown_mail_and_inactive_are_answered_alike(
    house: House, hand: Callable[[], Hand]
) -> None:
    house.officers["Otto"].is_active = False
    house.officers["Otto"].save()
    answers = []
    for mail_address, password in (
        ("odile@unit.example", "wrong"),
        ("nobody@unit.example", "wrong"),
        ("otto@unit.example", "correct horse battery staple"),
    ):
        page = hand()
        page.get("/sign-in/")
        page.send("/sign-in/", login=mail_address, password=password)
        assert page.page.status_code == 422
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.html)
        answers.append(text.replace(mail_address, "").replace(password, ""))
    assert answers[0] == answers[1] == answers[2]
    assert "do not go together" in answers[0]
    assert Event.objects.filter(act="sign-in-refused").count() == 3


def test_a_stranger_is_slowed_down_and_the_known_machine_is_not(
    house: House, hand: Callable[[], Hand], demo: None
) -> None:
    odile, stranger = hand(), hand()
    odile.sign_in("Odile")
    assert odile.heading == "My work"
    odile.get("/sign-out/")
    odile.send("/sign-out/")
    for _ in range(throttle.STRANGERS.limit.burst):
        stranger.sign_in("Odile", password="wrong")
    stranger.sign_in("Odile")
    assert "too many attempts" in stranger.html
    nobody = hand()
    for _ in range(throttle.STRANGERS.limit.burst):
        nobody.get("/sign-in/")
        nobody.send("/sign-in/", login="unknown@unit.example", password="wrong")
    nobody.send("/sign-in/", login="unknown@unit.example", password="wrong")
    assert "too many attempts" in nobody.html
    odile.sign_in("Odile")
    assert odile.heading == "My work"


def test_a_cookie_of_one_account_is_a_stranger_to_another(
    house: House, hand: Callable[[], Hand], demo: None
) -> None:
    odile = hand()
    odile.sign_in("Odile")
    odile.get("/sign-out/")
    odile.send("/sign-out/")
    for _ in range(throttle.STRANGERS.limit.burst):
        odile.sign_in("Otto", password="wrong")
    fresh = hand()
    fresh.sign_in("Otto")
    assert "too many attempts" in fresh.html
    odile.client.cookies[f"hl_known_{settings.INSTANCE}"] = "forged"
    for _ in range(throttle.STRANGERS.limit.burst):
        odile.sign_in("Odile", password="wrong")
    odile.sign_in("Odile")
    assert "too many attempts" in odile.html


def test_codes_are_limited(house: House, hand: Callable[[], Hand], live: None) -> None:
    odile = hand()
    odile.sign_in("Odile")
    _set_up(odile)
    odile.get("/sign-out/")
    odile.send("/sign-out/")
    odile.sign_in("Odile")
    for _ in range(throttle.CODES.limit.burst):
        odile.send("/sign-in/second/", code="000000")
    odile.send("/sign-in/second/", code="000000")
    assert "too many attempts" in odile.html


def test_the_session_id_changes_at_sign_in_and_the_cookie_is_private(
    house: House, hand: Callable[[], Hand], demo: None
) -> None:
    odile = hand()
    odile.get("/sign-in/?next=/w/")
    odile.sign_in("Odile")
    name = settings.SESSION_COOKIE_NAME
    first = odile.client.cookies[name].value
    odile.get("/sign-out/")
    odile.send("/sign-out/")
    odile.sign_in("Odile")
    cookie = odile.client.cookies[name]
    assert cookie.value != first
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert not cookie["max-age"]


def test_next_leads_only_to_our_own_pages(house: House, hand: Callable[[], Hand], demo: None) -> None:
    for bad in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/w/\r\nX: 1",
    ):
        odile = hand()
        odile.get("/sign-in/")
        odile.send("/sign-in/", login="odile@unit.example", password="correct horse battery staple", next=bad)
        assert odile.path == "/w/", bad
        odile.get("/unlock/")
        odile.send("/unlock/", passphrase=house.keys["Odile"].passphrase, next=bad)
        assert odile.path == "/w/", bad


def test_what_is_not_needed_is_not_there(house: House, hand: Callable[[], Hand]) -> None:
    page = hand()
    for path in (
        "/signup/",
        "/accounts/signup/",
        "/password/reset/",
        "/email/",
        "/sign-in/code/",
        "/accounts/",
    ):
        page.get(path)
        assert page.page.status_code == 404, path
    assert mail.outbox == []


def test_no_page_of_signing_in_comes_from_allauth(house: House, hand: Callable[[], Hand], live: None) -> None:
    odile = hand()
    odile.sign_in("Odile")
    _set_up(odile)
    for path in (
        "/me/security/",
        "/me/security/code-app/take-away/",
        "/me/security/recovery-codes/",
        "/me/security/recovery-codes/new/",
        "/me/security/passkeys/",
        "/me/security/passkeys/add/",
        "/me/confirm/",
        "/me/confirm/code/",
        "/sign-out/",
        "/sign-in/not-possible/",
    ):
        odile.get(path)
        assert odile.page.status_code == 200, path
        assert all(
            t.name.startswith(("entrance/", "office/", "components/")) for t in odile.page.templates if t.name
        ), path
        assert odile.page["Cache-Control"] == "no-store", path


def test_a_change_asks_for_the_password_again_when_the_sign_in_is_old(
    house: House, hand: Callable[[], Hand], demo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    odile = hand()
    odile.sign_in("Odile")
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    odile.get("/me/security/code-app/")
    assert odile.heading == "Confirm it’s you"
    odile.send("", password="wrong")
    assert "not your password" in odile.html
    odile.send("", password="correct horse battery staple")
    assert odile.heading == "Set up an authenticator app"


def test_the_last_sign_in_is_shown(house: House, hand: Callable[[], Hand], demo: None) -> None:
    first = hand()
    first.sign_in("Odile")
    first.get("/me/")
    assert "This is the first" in first.html
    second = hand()
    second.sign_in("Odile")
    second.get("/unlock/")
    assert "You last signed in at" in second.html
