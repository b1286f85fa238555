"""Second steps of signing in: their secrets at rest under a key derived from the office's SECRET_KEY, so that the
database makes no code; and their end."""

from __future__ import annotations

from django.conf import settings

from heedline.desks.models import Officer
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


def forget(officer: Officer) -> int:
    """Whoever begins anew sets their second step up anew: a lost passkey or code app signs nobody in. Return how many
    there were. The rows are the sign-in library's."""
    _, gone = officer.authenticator_set.all().delete()  # type: ignore[attr-defined]
    return sum(gone.values())
