"""Single sign-on attacked: by a stranger on the network, by another site in the browser, and by the provider itself."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from heedline.audit.models import Event
from heedline.desks.models import ProviderBinding
from heedline.permits.models import OfficeSession, UnlockedKeys
from heedline.web.office.sso import provider
from tests.sites.office.desk_hand import Hand
from tests.sites.office.provider_scene import (
    BACK,
    MINE,
    START,
    Clock,
    bound,
    clock,
    come_back,
    idp,
    leads_to,
    notify,
    sign_in_there,
    to_provider,
)
from tests.support.cast import House
from tests.support.identity_provider import CLIENT, LOGOUT, IdentityProvider

__all__ = ["bound", "clock", "idp"]
pytestmark = pytest.mark.django_db
Open = Callable[[], Hand]


def refusals() -> list[str]:
    found = Event.objects.filter(act="provider-sign-in-refused").order_by("id")
    return [one.detail["why"] for one in found]


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


# --- forged tokens ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sign", "why"),
    [
        ("none", "algorithm"),
        ("HS256-secret", "algorithm"),
        ("HS256-key", "algorithm"),
        ("another", "signature"),
        ("unknown", "key"),
        ("enclosed", "signature"),
    ],
)
def test_a_token_that_the_provider_did_not_sign(
    house: House, hand: Open, idp: IdentityProvider, bound: None, sign: str, why: str
) -> None:
    idp.sign = sign
    assert sign_in_there(hand(), idp, "odile-there").page.status_code == 422
    assert refusals() == [why]
    assert not OfficeSession.objects.exclude(officer=None).exists()


def test_every_claim_of_a_token_counts(house: House, hand: Open, idp: IdentityProvider, bound: None) -> None:
    now = int(time.time())
    bad: list[tuple[str, dict[str, Any]]] = [
        ("issuer", {"iss": "https://other.example"}),
        ("issuer", {"iss": f"{idp.issuer}/"}),
        ("audience", {"aud": "another-service"}),
        ("audience", {"aud": None}),
        ("audience", {"aud": [CLIENT, "another-service"]}),
        ("audience", {"aud": [CLIENT, "another-service"], "azp": "another-service"}),
        ("audience", {"azp": "another-service"}),
        ("nonce", {"nonce": "of-another-browser"}),
        ("nonce", {"nonce": None}),
        ("expired", {"exp": now - 120}),
        ("time", {"exp": None}),
        ("time", {"exp": "later"}),
        ("time", {"iat": True}),
        ("time", {"iat": 1e300}),
        ("too-early", {"iat": now + 3600}),
        ("too-early", {"nbf": now + 3600}),
        ("subject", {"sub": ""}),
        ("subject", {"sub": ["odile-there"]}),
        ("subject", {"sub": "x" * 300}),
        ("kind", {"events": {LOGOUT: {}}}),
    ]
    for _, change in bad:
        idp.bend = lambda claims, change=change: claims.update(change)  # type: ignore[misc]
        assert sign_in_there(hand(), idp, "odile-there").page.status_code == 422, change
    assert refusals() == [why for why, _ in bad]
    idp.bend = lambda claims: claims.update(aud=[CLIENT, "another"], azp=CLIENT)
    assert sign_in_there(hand(), idp, "odile-there").heading == "My work"
    idp.bend, idp.sign = lambda claims: None, "ES256"
    assert sign_in_there(hand(), idp, "odile-there").heading == "My work"


def test_a_refreshed_token_of_somebody_else_is_a_no(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    page = sign_in_there(hand(), idp, "odile-there")
    idp.bend = lambda claims: claims.update(sub="olga-there")
    clock.on(minutes=4)
    page.get("/w/")
    assert page.heading == "Sign in"


# --- the browser in between ---------------------------------------------------------------------------------------------


def test_what_is_sent_along(house: House, hand: Open, idp: IdentityProvider, demo: None) -> None:
    page, other = hand(), hand()
    one, two = query_of(to_provider(page)), query_of(to_provider(other))
    assert one["redirect_uri"] == f"{settings.OFFICE_URL}{BACK}"
    assert (one["response_type"], one["scope"], one["code_challenge_method"]) == ("code", "openid", "S256")
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name]) >= 43
        assert one[name] != two[name]
    assert not set(one) & {"code_verifier", "client_secret", "login_hint"}
    cookie = page.client.cookies[f"hl_provider_{settings.INSTANCE}"]
    assert (cookie["samesite"], cookie["httponly"], cookie["max-age"]) == ("Strict", True, 600)
    assert not OfficeSession.objects.exists()  # strangers who press the button leave nothing in a table


def test_forms_go_to_this_site_only(house: House, hand: Open, idp: IdentityProvider, demo: None) -> None:
    page = hand()
    for step in (
        lambda: page.get("/sign-in/"),
        lambda: page.send(START),
        lambda: page.get(f"{BACK}?code=x&state=y"),
    ):
        step()
        policy = page.page["Content-Security-Policy"]
        assert re.search(r"form-action ([^;]*)", policy).group(1) == "'self'"  # type: ignore[union-attr]
        assert idp.address not in policy
        assert page.page["Referrer-Policy"] == "same-origin"
        assert page.page["Cache-Control"] == "no-store"


def test_an_answer_that_this_browser_did_not_ask_for(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    """Sign-in forgery: the attacker's answer in the victim's browser; and a code that was caught, in the attacker's."""
    attacker, victim = hand(), hand()
    answer = idp.visit(to_provider(attacker), "odile-there").removeprefix(settings.OFFICE_URL)
    for prepared in (False, True):  # also while the victim is on the way there
        if prepared:
            to_provider(victim)
        victim.get(answer)
        assert victim.heading == "Signing in"
        victim.get(leads_to(victim))
        assert victim.page.status_code == 422
        assert "was not started here" in victim.html
        victim.get("/w/")
        assert victim.heading == "Sign in"
    own = to_provider(victim)  # what comes from elsewhere spoils nothing that the victim is on the way with
    victim.get(f"{answer}&here=1")
    assert come_back(victim, idp.visit(own, "olga-there")).html.count("no account here is linked to it")
    caught = query_of(answer)["code"]
    mine = query_of(to_provider(attacker))["state"]
    attacker.get(f"{BACK}?code={caught}&state={mine}&iss={idp.issuer}&here=1")
    assert attacker.page.status_code == 422  # PKCE: this browser has another verifier
    assert not OfficeSession.objects.exclude(officer=None).exists()
    # the victim's own code and the stolen one; never for a response without its state
    assert idp.asked["token"] == 2


def test_an_answer_counts_once(house: House, hand: Open, idp: IdentityProvider, bound: None) -> None:
    page = hand()
    answer = idp.visit(to_provider(page), "odile-there")
    come_back(page, answer)
    assert page.heading == "My work"
    come_back(page, answer)
    assert page.page.status_code == 422


def test_an_answer_of_another_issuer(house: House, hand: Open, idp: IdentityProvider, bound: None) -> None:
    """Mix-up: a code of ours must not be taken to another token endpoint, nor another's to ours."""
    page = hand()
    for iss in ("https://other.example", ""):
        answer = query_of(idp.visit(to_provider(page), "odile-there"))
        page.get(f"{BACK}?code={answer['code']}&state={answer['state']}&iss={iss}&here=1")
        assert page.page.status_code == 422
    answer = query_of(idp.visit(to_provider(page), "odile-there"))
    page.get(
        f"{BACK}?code={answer['code']}&state={answer['state']}&here=1"
    )  # it says that it always names itself
    assert page.page.status_code == 422
    assert refusals() == ["issuer"] * 3
    assert idp.asked["token"] == 0


def test_afterwards_it_leads_only_to_our_own_pages(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    for bad in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/w/\r\nX: 1",
    ):
        assert sign_in_there(hand(), idp, "odile-there", next=bad).path == "/w/", bad
    assert sign_in_there(hand(), idp, "odile-there", next="/me/").path == "/me/"
    page = hand()
    page.get(f"{BACK}?code=x%22%3E%3Cscript%3E&state=y&next=https://evil.example/&here2=1")
    assert leads_to(page).startswith(f"{BACK}?code=x%22%3E%3Cscript%3E&state=y&here=1")
    assert "<script>" not in page.html.split("<main")[1]
    assert "evil" not in page.html


def test_it_starts_with_a_form_of_ours_only(
    house: House, hand: Open, idp: IdentityProvider, demo: None
) -> None:
    page = hand()
    assert page.client.get(START).status_code == 405
    assert page.client.post(START).status_code == 403
    page.sign_in("Odile")
    assert page.client.post(MINE).status_code == 403
    assert page.client.post("/me/provider/yes/").status_code == 403


def test_nobody_is_bound_to_the_account_of_an_attacker(
    house: House, hand: Open, idp: IdentityProvider, demo: None
) -> None:
    """Linking forgery: the attacker's answer, or their account, in the browser of an officer who is signed in."""
    attacker, victim = hand(), hand()
    attacker.sign_in("Olga")
    attacker.get(MINE)
    attacker.send(MINE)
    answer = idp.visit(leads_to(attacker), "olga-there")
    victim.sign_in("Odile")
    come_back(victim, answer)
    assert victim.page.status_code == 422
    victim.get(MINE)
    token = victim.form(MINE)["csrfmiddlewaretoken"]
    victim.page = victim.client.post("/me/provider/yes/", {"csrfmiddlewaretoken": token})
    assert victim.page.status_code == 422
    # started as Olga, finished while Odile is signed in on the same machine
    attacker.get("/sign-out/")
    attacker.send("/sign-out/")
    attacker.sign_in("Odile")
    come_back(attacker, answer)
    assert attacker.page.status_code == 422
    assert not ProviderBinding.objects.exists()


def test_a_yes_must_come_soon(
    house: House, hand: Open, idp: IdentityProvider, demo: None, clock: Clock
) -> None:
    page = hand()
    page.sign_in("Odile")
    page.get(MINE)
    page.send(MINE)
    come_back(page, idp.visit(leads_to(page), "odile-there"))
    clock.on(minutes=6)
    page.send("/me/provider/yes/")
    assert page.page.status_code == 422
    assert not ProviderBinding.objects.exists()


# --- a hostile or broken provider -----------------------------------------------------------------------------------------


def test_it_sends_us_nowhere_else(
    house: House, hand: Open, idp: IdentityProvider, bound: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to another issuer, not to addresses of our own network, not in the clear, not by a redirect."""
    page = hand()
    for facts in (
        {"issuer": "https://other.example"},
        {"jwks_uri": "http://169.254.169.254/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://other.example/"},
        {"authorization_endpoint": "https://user@other.example/"},
        {"authorization_endpoint": "https://[other.example/"},
    ):
        provider.forget()
        idp.facts = facts
        page.get("/sign-in/")
        page.send(START)
        assert page.page.status_code == 422, facts
        assert "cannot be reached" in page.html
    provider.forget()
    idp.facts = {"token_endpoint": "http://192.0.2.1/token"}
    assert sign_in_there(hand(), idp, "odile-there").page.status_code == 422
    idp.facts, idp.moved = {}, f"{idp.address}/elsewhere"
    provider.forget()
    page.get("/sign-in/")
    page.send(START)
    assert page.page.status_code == 422
    idp.moved = ""
    # what runs over TLS is not let down to this machine's own services
    monkeypatch.setattr(settings, "SSO", idp.provider(issuer="https://idp.example"))
    with pytest.raises(provider.NoAnswer):
        provider._allowed(f"{idp.address}/keys")


def test_an_answer_that_is_too_long_or_no_object_is_no_answer(
    house: House, hand: Open, idp: IdentityProvider, demo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    idp.facts = {"padding": "x" * 300_000}
    page = hand()
    page.get("/sign-in/")
    page.send(START)
    assert "cannot be reached" in page.html
    idp.facts = {}
    provider.forget()
    monkeypatch.setattr(idp, "published", list)
    page.get("/sign-in/")
    page.send(START)
    assert "cannot be reached" in page.html


def test_while_it_is_down_strangers_do_not_make_us_ask_it(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    provider.forget()
    idp.facts, before = {"issuer": "https://other.example"}, idp.asked["published"]
    for _ in range(5):
        assert notify(hand(), idp.logout_token("odile-there")) == 400
    assert idp.asked["published"] == before + 1
    idp.facts = {}
    clock.on(seconds=11)
    assert notify(hand(), idp.logout_token("odile-there")) == 200


def test_an_unknown_key_is_looked_for_once_a_minute(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    """Anybody can post a notice that names a key: it must not make us ask the provider each time."""
    assert notify(hand(), idp.logout_token("odile-there")) == 200
    idp.sign, before = "unknown", idp.asked["published"]
    for _ in range(5):
        assert notify(hand(), idp.logout_token("odile-there")) == 400
    assert idp.asked["published"] == before
    clock.on(minutes=2)
    for _ in range(5):
        assert notify(hand(), idp.logout_token("odile-there")) == 400
    assert idp.asked["published"] == before + 1


def test_a_provider_that_signs_in_as_somebody_opens_no_report(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    page = sign_in_there(hand(), idp, "odile-there")
    for path in ("/w/q/north-east/", "/w/calls/", "/w/call/", "/w/translations/"):
        page.get(path)
        assert page.heading == "Unlock your keys", path
    assert not UnlockedKeys.objects.exists()
