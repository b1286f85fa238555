"""A code app, as people have one on their telephone."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal import auth as totp

_SECONDS, _STEP = 30, 59_000_000


def at_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock that codes are checked by stand still."""
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: _SECONDS * _STEP + 7))


def code_of(secret: str) -> str:
    """Return the code that the app shows, while the clock stands still."""
    return str(totp.format_hotp_value(totp.hotp_value(secret, _STEP)))
