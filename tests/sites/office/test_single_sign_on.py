"""Single sign-on: set up by whom it concerns, in by the provider's word with locked keys, and out when it says no."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from heedline.audit.models import Event
from heedline.casework.setup import stewardship
from heedline.desks.models import Officer, ProviderBinding
from heedline.permits.models import OfficeSession, ProviderSession, UnlockedKeys
from heedline.permits.roles import Role
from heedline.web.entrance.signing_in import BOUND, AccountAdapter
from tests.sites.office.desk_hand import Hand
from tests.sites.office.provider_scene import (
    MINE,
    START,
    Clock,
    acts,
    bind,
    bound,
    by_password,
    clock,
    come_back,
    idp,
    leads_to,
    sign_in_there,
    to_provider,
)
from tests.support.cast import House, now
from tests.support.identity_provider import SECRET, IdentityProvider

__all__ = ["bound", "clock", "idp"]
pytestmark = pytest.mark.django_db
Open = Callable[[], Hand]


def test_it_is_off_unless_it_is_configured(house: House, hand: Open, demo: None) -> None:
    page = hand()
    page.get("/sign-in/")
    assert "Sign in with" not in page.html.replace("Sign in with a passkey", "")
    token = page.form("/sign-in/")["csrfmiddlewaretoken"]
    page.page = page.client.post(START, {"csrfmiddlewaretoken": token})
    assert page.page.status_code == 404
    for path in ("/sign-in/provider/back/?state=x&code=y", "/sign-in/provider/back/"):
        page.get(path)
        assert page.page.status_code == 404
    page.sign_in("Odile")
    page.get(MINE)
    assert page.page.status_code == 404
    page.get("/me/security/")
    assert "instead" not in page.html


def test_an_officer_sets_it_up_and_then_comes_in_by_it_with_locked_keys(
    house: House, hand: Open, idp: IdentityProvider, live: None
) -> None:
    settings.DEMO = True  # the second step here is set up in another test; from now on nothing is waived
    page = bind(hand(), idp, "Odile", "odile-there")
    settings.DEMO = False
    assert page.heading == "Sign in"
    assert ProviderBinding.objects.get().officer_id == house.officers["Odile"].id
    assert not OfficeSession.objects.filter(officer=house.officers["Odile"]).exists()

    page = sign_in_there(hand(), idp, "odile-there", next="/w/q/north-east/")
    assert page.path.startswith("/unlock/")
    assert page.heading == "Unlock your keys"
    assert not UnlockedKeys.objects.exists()
    page.unlock(house, "Odile")
    assert page.heading == "North East desk"
    assert acts("bound-to-provider") == [{}]
    assert acts("signed-in-by-provider") == [{}]


def test_whose_account_it_is_is_shown_before_it_is_bound_and_no_leaves_all_as_it_was(
    house: House, hand: Open, idp: IdentityProvider, demo: None
) -> None:
    page = hand()
    page.sign_in("Odile")
    page.get(MINE)
    page.send(MINE)
    address = leads_to(page)
    assert "prompt=login" in address  # whoever sits there is asked, whatever the browser remembers
    come_back(page, idp.visit(address, "olga-there"))
    assert page.heading == "Is this your account?"
    assert "olga@work.example" in page.html
    assert not ProviderBinding.objects.exists()
    assert by_password(hand(), "Odile").heading == "My work"


def test_the_password_is_asked_before_it_is_set_up(
    house: House, hand: Open, idp: IdentityProvider, demo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = hand()
    page.sign_in("Odile")
    page.get(MINE)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    page.send(MINE)
    assert page.heading == "Confirm it’s you"


def test_who_is_bound_does_not_come_in_by_password_or_passkey(
    house: House, hand: Open, bound: None, rf: Any
) -> None:
    page = by_password(hand(), "Odile")
    assert page.page.status_code == 422
    assert "You sign in with Work ID" in page.html
    assert acts("sign-in-refused") == [{"why": "bound"}]
    # every other way of allauth's (a passkey alone) ends in this question
    request = rf.post("/sign-in/passkey/")
    request.session, request._messages = hand().client.session, type("M", (), {"add": lambda *a: None})()
    refused = AccountAdapter().pre_login(request, house.officers["Odile"], **_NOTHING_SPECIAL)
    assert refused is not None
    assert refused["Location"] == "/sign-in/"
    assert AccountAdapter().pre_login(request, house.officers["Olga"], **_NOTHING_SPECIAL) is None
    assert by_password(hand(), "Olga").heading == "My work"
    assert "{name}" in BOUND


_NOTHING_SPECIAL = {
    "email_verification": "none",
    "signal_kwargs": None,
    "email": None,
    "signup": False,
    "redirect_url": None,
}


def test_a_session_by_password_ends_with_the_right_to_it(house: House, hand: Open, bound: None) -> None:
    """Also one that was begun some other way than by the pages: a session counts only by a way in that is open."""
    olga = hand()
    olga.sign_in("Olga")
    ProviderBinding.objects.create(officer=house.officers["Olga"], account=b"x" * 32, bound_on=now().date())
    olga.get("/w/")
    assert olga.heading == "Sign in"


def test_nobody_is_made_by_signing_in_there(
    house: House, hand: Open, idp: IdentityProvider, demo: None
) -> None:
    before = Officer.objects.count()
    idp.people["stranger"] = {"email": "odile@unit.example", "email_verified": True}  # an officer's address
    page = sign_in_there(hand(), idp, "stranger")
    assert page.page.status_code == 422
    assert "no account here is linked to it" in page.html
    assert Officer.objects.count() == before
    assert not OfficeSession.objects.exclude(officer=None).exists()
    assert acts("provider-sign-in-refused") == [{"why": "no-officer"}]


def test_the_address_of_an_account_there_means_nothing(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    idp.people["olga-there"] = {"email": "odile@work.example"}  # somebody took Odile's address there
    assert sign_in_there(hand(), idp, "olga-there").page.status_code == 422
    idp.people["odile-there"] = {"email": "married@work.example"}
    assert sign_in_there(hand(), idp, "odile-there").heading == "My work"


def test_stewards_and_overseers_sign_in_here(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    """No key stands in front of what they see or set up: the provider's word alone must not be enough."""
    page = hand()
    page.sign_in("Stella")
    page.get(MINE)
    assert "Stewards and overseers always sign in with their password" in page.html
    token = page.form("/sign-out/")["csrfmiddlewaretoken"]
    page.page = page.client.post(MINE, {"csrfmiddlewaretoken": token})
    assert "refresh" not in page.html
    # Odile is bound, and is made an overseer afterwards
    there = sign_in_there(hand(), idp, "odile-there")
    stewardship.appoint(house.officers["Odile"], Role.OVERSEER, None, hands=house.hands, at=now())
    there.get("/w/")
    assert there.heading == "Sign in"
    assert "no account here is linked" in sign_in_there(hand(), idp, "odile-there").html
    assert acts("provider-sign-in-refused") == [{"why": "role"}]
    here = by_password(hand(), "Odile")
    assert here.page.status_code == 200
    assert "You sign in with Work ID" not in here.html


def test_who_is_out_does_not_come_in_by_it(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    house.officers["Odile"].is_active = False
    house.officers["Odile"].save()
    assert "no account here is linked" in sign_in_there(hand(), idp, "odile-there").html
    assert acts("provider-sign-in-refused") == [{"why": "not-active"}]


def test_one_account_there_is_one_officer_here(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    page = bind(hand(), idp, "Olga", "odile-there")
    assert "cannot be used here" in page.html
    assert ProviderBinding.objects.count() == 1
    assert Event.objects.filter(act="bound-to-provider", outcome="refused").count() == 1


# --- keys and tokens ----------------------------------------------------------------------------------------------------


def test_no_token_is_in_the_database_and_none_opens_a_key(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    page = sign_in_there(hand(), idp, "odile-there")
    page.unlock(house, "Odile")
    clock.on(minutes=4)
    page.get("/w/")
    assert idp.asked["refresh"] == 1
    rows = str(
        [
            bytes(value) if isinstance(value, memoryview) else value
            for table in (ProviderSession, ProviderBinding, OfficeSession, UnlockedKeys)
            for row in table.objects.all()
            for value in row.__dict__.values()
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail::text FROM audit_event")
        rows += str(cursor.fetchall())
    assert len(idp.given) >= 6
    for secret in [*idp.given, SECRET, "odile-there", "odile@work.example"]:
        assert secret not in rows
        assert secret.encode().hex() not in rows
    # what is unlocked was unlocked by the passphrase: nothing that the provider gave opens it
    fresh = sign_in_there(hand(), idp, "odile-there")
    for given in [*idp.given[-3:], "odile-there"]:
        fresh.get("/unlock/")
        fresh.send("/unlock/", passphrase=given[:200])
        assert "not your passphrase" in fresh.html
    fresh.get("/w/q/north-east/")
    assert fresh.heading == "Unlock your keys"


def test_asking_again_does_not_unlock_or_keep_unlocked(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    page = sign_in_there(hand(), idp, "odile-there")
    page.unlock(house, "Odile")
    until = UnlockedKeys.objects.get().idle_until
    clock.on(minutes=4)
    page.get("/w/", **{"HX-Request": "true"})
    assert idp.asked["refresh"] == 1
    assert UnlockedKeys.objects.get().idle_until == until


# --- the second step ----------------------------------------------------------------------------------------------------


def test_what_is_asked_of_the_provider_about_a_second_step_holds(
    house: House, hand: Open, idp: IdentityProvider, bound: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SSO", idp.provider(acr=("loa3", "loa4"), amr=("hwk", "mfa")))
    assert "acr_values=loa3+loa4" in to_provider(hand())
    for bad in ({}, {"acr": "loa3"}, {"acr": "loa1", "amr": ["mfa"]}, {"acr": "loa3", "amr": "mfa"}):
        idp.people["odile-there"] = bad
        page = sign_in_there(hand(), idp, "odile-there")
        assert "did not ask you for a second step" in page.html, bad
    assert acts("provider-sign-in-refused") == [{"why": "factor"}] * 4
    idp.people["odile-there"] = {"acr": "loa4", "amr": ["pwd", "mfa"]}
    assert sign_in_there(hand(), idp, "odile-there").heading == "My work"


def test_the_providers_word_changes_nothing_about_signing_in_here(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    """A hostile provider that signs in as somebody would add a passkey, to come back by."""
    page = sign_in_there(hand(), idp, "odile-there")
    for path in ("/me/security/code-app/", "/me/security/passkeys/add/", "/me/security/recovery-codes/new/"):
        page.get(path)
        assert page.heading == "Confirm it’s you", path


def test_without_a_way_to_ask_again_nobody_comes_in(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    idp.gives_refresh = False
    assert sign_in_there(hand(), idp, "odile-there").page.status_code == 422
    assert acts("provider-sign-in-refused") == [{"why": "no-refresh"}]
    assert timedelta(minutes=3) == settings.SSO.ask_every
