"""Storage, encryption and removal of second factors.

Their secrets are sealed under a key derived from the office's SECRET_KEY, so that the database alone
cannot generate a code.
"""

from __future__ import annotations

from django.conf import settings

from heedline.desks.models import Officer
from heedline.vault import CannotOpen
from heedline.vault.keys import hkdf
from heedline.vault.small import open_small, seal_small


def _key() -> bytes:
    return hkdf(settings.SECRET_KEY.encode(), label="second-factor", context=settings.INSTALLATION.encode())


def seal(text: str) -> str:
    """Seal a second factor's secret under the office process's secret key."""
    return seal_small(_key(), text.encode(), aad=b"second-factor").hex()


def open_sealed(sealed: str) -> str:
    """Return a second factor's secret.

    Raises CannotOpen.
    """
    try:
        return open_small(_key(), bytes.fromhex(sealed), aad=b"second-factor").decode()
    except ValueError:
        raise CannotOpen from None


def forget_passkeys(officer: Officer) -> int:
    """Delete an officer's sign-in passkeys and return the number deleted.

    Recovery codes are deleted as well if no code app is left, because they only stand in for another second factor.
    """
    factors = officer.authenticator_set  # type: ignore[attr-defined]
    gone = int(factors.filter(type="webauthn").delete()[0])
    if not factors.filter(type="totp").exists():
        factors.filter(type="recovery_codes").delete()
    return gone


def forget(officer: Officer) -> int:
    """Delete an officer's second factors and return the number deleted.

    An officer who enrols again sets up a new second factor. A lost passkey or code app cannot then be used
    to sign in. The rows belong to the sign-in library.
    """
    _, gone = officer.authenticator_set.all().delete()  # type: ignore[attr-defined]
    return sum(gone.values())
