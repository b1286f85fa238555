"""Sessions that began with single sign-on.

Determines which sessions are valid and when the provider is asked again. An officer with a bound account
stays signed in only as long as the provider agrees. The provider is asked while the session is in use,
by one request at a time. The refresh token is sealed under the cookie. While the provider cannot be
reached a session continues, but no longer after its last answer than the deployment tolerates.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from heedline.casework.access.session_store import row_of
from heedline.permits.models import OfficeSession, ProviderSession
from heedline.permits.roles import SIGN_IN_HERE
from heedline.vault import CannotOpen
from heedline.vault.keys import hkdf
from heedline.vault.small import derive_keys, open_small, seal_small

_PURPOSE = "provider-session"
#: A request that asks has so long; then another one asks.
_ASKING = timedelta(minutes=1)
#: After no answer it is asked again so soon.
_AGAIN = timedelta(minutes=1)
#: How long a session goes on when nobody says: the provider was taken out of the settings.
_TOLERATED = timedelta(hours=1)


def counts(row: OfficeSession, *, roles: Iterable[str], at: datetime) -> bool:
    """Return whether a session was started with a sign-in method that its officer may currently use.

    Officers with a bound account sign in through the provider, or by password while two stewards allow it.
    Stewards and overseers are never bound. `row` must include the officer's binding and the provider's
    session.
    """
    binding, provider = getattr(row.officer, "provider_binding", None), getattr(row, "provider", None)
    if binding is None or not SIGN_IN_HERE.isdisjoint(roles):
        return provider is None
    return provider is not None or (binding.password_until is not None and at < binding.password_until)


def ask_at(row: OfficeSession) -> datetime | None:
    """Return when the single sign-on provider must next confirm this session.

    Returns None for a session that was begun at Heedline.
    """
    provider: ProviderSession | None = getattr(row, "provider", None)
    return provider.ask_at if provider is not None else None


def mark_of(sid: str) -> bytes:
    """Return the HKDF digest that is stored in place of the provider's session id."""
    return hkdf(settings.SECRET_KEY.encode(), label="provider-sid", context=sid.encode())


def begin(token: str, refresh_token: str, sid: str, *, at: datetime) -> None:
    """Record that this session began with single sign-on."""
    ProviderSession.objects.create(
        session_id=row_of(token),
        sealed=_sealed(token, refresh_token),
        sid=mark_of(sid) if sid else None,
        good_at=at,
        ask_at=at + _ask_every(),
    )


def move(old: str, new: str) -> None:
    """Reseal the provider's refresh token under a session's new cookie."""
    row = _of(old).select_for_update().first()
    if row is None:
        return
    keys = derive_keys(old.encode(), _PURPOSE)
    try:
        refresh_token = open_small(keys.key, bytes(row.sealed), aad=keys.row_id).decode()
    except CannotOpen:
        return
    row.delete()
    row.session_id, row.sealed = row_of(new), _sealed(new, refresh_token)
    row.save(force_insert=True)


def claim(token: str, *, at: datetime) -> str | None:
    """Reserve this session's next check with the provider and return its refresh token.

    Only one request at a time gets the token. Returns None if no check is due or another request is already
    asking. Raises CannotOpen.
    """
    free = Q(asking_until=None) | Q(asking_until__lte=at)
    if not _of(token).filter(free, ask_at__lte=at).update(asking_until=at + _ASKING):
        return None
    row = _of(token).get()
    keys = derive_keys(token.encode(), _PURPOSE)
    return open_small(keys.key, bytes(row.sealed), aad=keys.row_id).decode()


def answered(token: str, refresh_token: str, *, at: datetime) -> None:
    """Record that the provider confirmed the session, and store the new refresh token."""
    _of(token).update(
        sealed=_sealed(token, refresh_token),
        good_at=at,
        ask_at=at + _ask_every(),
        asking_until=None,
    )


def unanswered(token: str, refresh_token: str, *, at: datetime) -> bool:
    """Record that the provider did not give a usable answer, and return whether the session may continue.

    `refresh_token` is the new token if the provider gave one, otherwise "". The provider is asked again
    after a minute.
    """
    tolerated = settings.SSO.tolerated if settings.SSO is not None else _TOLERATED
    newer = {"sealed": _sealed(token, refresh_token)} if refresh_token else {}
    row = _of(token).filter(good_at__gt=at - tolerated)
    return bool(row.update(ask_at=at + _AGAIN, asking_until=None, **newer))


def ask_now(officer: UUID, *, at: datetime) -> None:
    """Require every session of this officer to check with the provider on its next request."""
    ProviderSession.objects.filter(session__officer_id=officer, ask_at__gt=at).update(ask_at=at)


def _ask_every() -> timedelta:
    return settings.SSO.ask_every if settings.SSO is not None else _AGAIN


def _of(token: str) -> QuerySet[ProviderSession]:
    return ProviderSession.objects.filter(session_id=row_of(token))


def _sealed(token: str, refresh_token: str) -> bytes:
    keys = derive_keys(token.encode(), _PURPOSE)
    return seal_small(keys.key, refresh_token.encode(), aad=keys.row_id)
