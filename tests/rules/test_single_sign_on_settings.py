"""Single sign-on in the environment: off by default, over TLS, and with limits that a tired operator cannot lift by accident."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from heedline.config.environment import Malformed, Missing
from heedline.config.single_sign_on import from_environment

GOOD = {
    "HEEDLINE_SSO_ISSUER": "https://id.example/realms/force",
    "HEEDLINE_SSO_CLIENT": "heedline",
    "HEEDLINE_SSO_SECRET": "s",
}


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("HEEDLINE_SSO_"):
            monkeypatch.delenv(name)


def told(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    for name, value in {**GOOD, **more}.items():
        monkeypatch.setenv(name, value)


def test_it_is_off_unless_an_issuer_is_named() -> None:
    assert from_environment() is None


def test_what_is_named_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, HEEDLINE_SSO_SCOPES="offline_access openid", HEEDLINE_SSO_AMR="mfa hwk")
    provider = from_environment()
    assert provider is not None
    assert provider.issuer == GOOD["HEEDLINE_SSO_ISSUER"]
    assert provider.scopes == ("openid", "offline_access")
    assert provider.amr == ("mfa", "hwk")
    assert (provider.ask_every, provider.tolerated) == (timedelta(minutes=3), timedelta(minutes=60))
    assert provider.encrypted
    assert "secret='s'" not in repr(provider)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example/",
        "http://10.0.0.7/",
        "http://localhost.example/",
        "ftp://id.example/",
        "id.example",
        "https://",
        "https://me@id.example/",
        "https://id.example/?a=b",
        "https://id.example/#a",
        "https://id.example/ x",
    ],
)
def test_an_issuer_that_cannot_be_trusted_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, issuer: str
) -> None:
    told(monkeypatch, HEEDLINE_SSO_ISSUER=issuer)
    with pytest.raises(Malformed, match="HEEDLINE_SSO_ISSUER"):
        from_environment()


def test_in_the_clear_only_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, HEEDLINE_SSO_ISSUER="http://127.0.0.1:9000/realm")
    provider = from_environment()
    assert provider is not None
    assert not provider.encrypted


@pytest.mark.parametrize("missing", ["HEEDLINE_SSO_CLIENT", "HEEDLINE_SSO_SECRET"])
def test_half_a_configuration_stops_the_start(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    told(monkeypatch)
    monkeypatch.delenv(missing)
    with pytest.raises(Missing, match=missing):
        from_environment()


@pytest.mark.parametrize(
    ("asks", "outage"), [("0", "60"), ("16", "60"), ("3", "721"), ("10", "5"), ("x", "60")]
)
def test_the_limits_have_limits(monkeypatch: pytest.MonkeyPatch, asks: str, outage: str) -> None:
    told(monkeypatch, HEEDLINE_SSO_ASK_MINUTES=asks, HEEDLINE_SSO_OUTAGE_MINUTES=outage)
    with pytest.raises(Malformed, match="MINUTES"):
        from_environment()
