"""Secrets of the second step at rest: under a key derived from the office's SECRET_KEY, so that the database makes no code."""

from __future__ import annotations

from django.conf import settings

from heedline.vault import CannotOpen
from heedline.vault.keys import hkdf
from heedline.vault.small import open_small, seal_small


def _key() -> bytes:
    return hkdf(settings.SECRET_KEY.encode(), label="second-factor", context=settings.INSTALLATION.encode())


def seal(text: str) -> str:
    """A second factor's secret, as it is stored: under the office process's own secret."""
    return seal_small(_key(), text.encode(), aad=b"second-factor").hex()


def open_sealed(sealed: str) -> str:
    """The secret again. Raises CannotOpen."""
    try:
        return open_small(_key(), bytes.fromhex(sealed), aad=b"second-factor").decode()
    except ValueError:
        raise CannotOpen from None
