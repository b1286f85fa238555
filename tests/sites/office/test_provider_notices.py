"""What a provider says by itself: a logout token ends every session of its officer, once, and nothing else does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from heedline.audit.models import Event
from heedline.casework.access import session
from heedline.permits.models import OfficeSession, UnlockedKeys
from tests.sites.office.desk_hand import Hand
from tests.sites.office.provider_scene import ENDED, bound, idp, notify, sign_in_there
from tests.support.cast import House
from tests.support.identity_provider import LOGOUT, IdentityProvider

__all__ = ["bound", "idp"]
pytestmark = pytest.mark.django_db
Open = Callable[[], Hand]


def test_a_notice_ends_every_session_and_counts_once(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    page, there = sign_in_there(hand(), idp, "odile-there"), hand()
    page.unlock(house, "Odile")
    notice = idp.logout_token("odile-there")
    assert notify(there, notice) == 200
    assert not OfficeSession.objects.filter(officer=house.officers["Odile"]).exists()
    assert not UnlockedKeys.objects.exists()
    assert Event.objects.get(act="ended-by-provider").detail == {"how": "notice"}
    sign_in_there(page, idp, "odile-there")
    assert notify(there, notice) == 400  # replayed
    page.get("/w/")
    assert page.heading == "My work"


def test_a_notice_that_could_not_be_carried_out_is_taken_when_it_is_sent_again(
    house: House, hand: Open, idp: IdentityProvider, bound: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, notice = sign_in_there(hand(), idp, "odile-there"), idp.logout_token("odile-there")

    def fails(officer_id: UUID) -> None:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as away:
        away.setattr(session, "end_sessions", fails)
        assert notify(hand(), notice) == 500
    assert notify(hand(), notice) == 200
    page.get("/w/")
    assert page.heading == "Sign in"


def test_a_notice_about_one_session_there(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    page = sign_in_there(hand(), idp, "odile-there")
    sid = next(iter(idp.refresh_tokens.values()))["sid"]
    sids = {held["sid"] for held in idp.refresh_tokens.values()}
    assert notify(hand(), idp.logout_token(sid="no-such-session")) == 200
    page.get("/w/")
    assert page.heading == "My work"
    for sid in sids:
        assert notify(hand(), idp.logout_token(sid=sid)) == 200
    page.get("/w/")
    assert page.heading == "Sign in"


def test_what_is_no_notice_puts_nobody_out(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    page, there = sign_in_there(hand(), idp, "odile-there"), hand()
    now = int(time.time())
    bad: list[dict[str, Any]] = [
        {"aud": "another-service"},
        {"iss": "https://other.example"},
        {"events": {}},
        {"events": None},
        {"events": {LOGOUT: True}},
        {"nonce": "x"},
        {"iat": now - 3600},
        {"iat": now + 3600},
        {"exp": now - 300},
        {"jti": None},
        {"sub": None},
    ]
    for change in bad:
        assert notify(there, idp.logout_token(**{"subject": "odile-there", **change})) == 400, change
    for sign in ("none", "HS256-secret", "HS256-key", "another", "unknown", "enclosed"):
        idp.sign = sign
        assert notify(there, idp.logout_token("odile-there")) == 400, sign
    idp.sign = "RS256"
    id_token = next(one for one in reversed(idp.given) if one.count(".") == 2)
    for junk in (id_token, "", "a.b.c", "x" * 100_000, "e30.e30."):
        assert notify(there, junk) == 400, junk[:20]
    assert there.client.get(ENDED).status_code == 405
    page.get("/w/")
    assert page.heading == "My work"
    assert not Event.objects.filter(act="ended-by-provider").exists()


def test_a_notice_about_nobody_is_answered_like_one_about_somebody(
    house: House, hand: Open, idp: IdentityProvider, bound: None
) -> None:
    assert notify(hand(), idp.logout_token("stranger")) == 200
