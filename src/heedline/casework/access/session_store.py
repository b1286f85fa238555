"""A sealed Django session store for the sites that people sign in to.

Rows are keyed by a hash of the cookie and their data is sealed under it. A stolen copy of the table
cannot be used to sign in, and reveals only who had a session and until when. The site is part of the
hash, so that a cookie of one site leads to no row at another.

The seal is also made under the SECRET_KEY of the process and covers the rest of the row, so somebody who can
write to the table can neither forge a session nor change one. `was_altered` says that somebody tried. The
database gives a session its officer only against a proof made from the same key (ADR 40).
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from heedline.casework.access import competences
from heedline.casework.sign_in_proof import sign_in_proof
from heedline.desks.models import Appointment
from heedline.permits import danger_functions, functions
from heedline.permits.compiled_query import CompiledQuery
from heedline.permits.models import OfficeSession
from heedline.vault import CannotOpen
from heedline.vault.keys import hkdf
from heedline.vault.small import RowKeys, derive_keys, new_secret, open_small, seal_small


def site() -> str:
    """Return the site that this process serves, either office or partner."""
    return "partner" if settings.FOR_PARTNERS else "office"


def keys_of(session_key: str) -> RowKeys:
    """Derive the row secret and the encryption key of a session from its cookie.

    The row secret is the value that row-level security checks. The row's id is its hash.
    """
    return derive_keys(session_key.encode(), f"{site()}-session")


def row_of(session_key: str) -> bytes:
    """Return the id of a session's row, which is a hash of the row secret.

    The table therefore does not reveal the secret that row-level security checks.
    """
    return hashlib.sha256(keys_of(session_key).row_id).digest()


def _proof() -> bytes:
    return sign_in_proof(settings.SECRET_KEY, site())


def claim_sign_in() -> None:
    """Store the hash of this process's sign-in proof in the database.

    No other process can then sign anybody in to this site.
    """
    functions.claim_sign_in(site(), _proof())


class SignInProofUnknown(Exception):
    """Raised when the database holds a different sign-in proof for this site.

    This means that the process's SECRET_KEY was changed.

    The operator makes it forget the old one (`heedline settle-roles --forget-sign-in-proofs office`, or `partner`).
    """


class SessionStore(SessionBase):
    """A Django session store whose rows are sealed under the session cookie and the process's key.

    Rows are keyed by a hash of the cookie.
    """

    #: Whether a row was found that this process did not write as it is.
    was_altered = False
    _named: UUID | None = None

    def _get_new_session_key(self) -> str:
        return new_secret()

    @staticmethod
    def _validate_session_key(key: str) -> bool:
        return bool(key) and 40 <= len(key) < 48

    def rows(self) -> QuerySet[OfficeSession]:
        """Return a queryset of this session's row, which is empty if the session has expired."""
        if self.session_key is None:
            return OfficeSession.objects.none()
        return OfficeSession.objects.filter(row=row_of(self.session_key), expires_at__gt=datetime.now(UTC))

    def load(self) -> dict[str, Any]:
        return self._opened(self.rows().first())

    def found(self, row: OfficeSession | None) -> None:
        """Load the session from an already fetched row of `rows()`, without another query."""
        self._session_cache = self._opened(row)

    def _opened(self, row: OfficeSession | None) -> dict[str, Any]:
        if row is None or self.session_key is None:
            self._session_key = None
            return {}
        keys = keys_of(self.session_key)
        covered = _covered(keys, row.officer_id, row.site, row.expires_at)
        try:
            found: dict[str, Any] = json.loads(open_small(_row_key(keys), bytes(row.sealed), aad=covered))
        except CannotOpen:
            self.was_altered = True
            self._session_key = None
            return {}
        self._named = row.officer_id
        return found

    def exists(self, session_key: str) -> bool:
        return OfficeSession.objects.filter(row=row_of(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        keys = keys_of(self.session_key)
        signed_in = data.get("_auth_user_id")
        officer = UUID(str(signed_in)) if signed_in else None
        row = row_of(self.session_key)
        until = datetime.now(UTC) + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        covered = _covered(keys, officer, site(), until)
        sealed = seal_small(_row_key(keys), json.dumps(data).encode(), aad=covered)
        with transaction.atomic():
            if must_create:
                try:
                    with transaction.atomic():
                        OfficeSession.objects.create(row=row, sealed=sealed, site=site(), expires_at=until)
                except IntegrityError:
                    raise CreateError from None
                self._named = None
            elif not OfficeSession.objects.filter(row=row).update(sealed=sealed, expires_at=until):
                raise UpdateError
            if officer is not None and officer != self._named:
                _name(row, officer)
                self._named = officer

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            OfficeSession.objects.filter(row=row_of(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        OfficeSession.objects.filter(expires_at__lt=datetime.now(UTC)).delete()


def _row_key(keys: RowKeys) -> bytes:
    return hkdf(settings.SECRET_KEY.encode(), label="session-row", context=keys.key)


def _covered(keys: RowKeys, officer: UUID | None, at_site: str, until: datetime) -> bytes:
    return b"".join(
        (keys.row_id, officer.bytes if officer else bytes(16), until.isoformat().encode(), at_site.encode())
    )


def _name(row: bytes, officer: UUID) -> None:
    """Record the officer to whom a session belongs.

    Raises UpdateError if the session belongs to another officer, and SignInProofUnknown.
    """
    said = functions.name_officer(row, officer, site=site(), proof=_proof())
    if said == "unclaimed":
        claim_sign_in()
        said = functions.name_officer(row, officer, site=site(), proof=_proof())
    if said == "refused":
        raise SignInProofUnknown
    if said != "named":
        raise UpdateError


#: Where somebody works, as a column beside their session.
_WORKS_AT = ArraySubquery(
    Appointment.objects.filter(officer=OuterRef("officer"), ended_on=None)
    .order_by("desk__round_the_clock", "desk__name")
    .values(
        line=JSONObject(
            role="role",
            desk="desk_id",
            code="desk__code",
            name="desk__name",
            round_the_clock="desk__round_the_clock",
            kind="desk__kind",
        )
    )
)


def session_of_partner(row: bytes, now: datetime, secret: str) -> QuerySet[OfficeSession]:
    """Return a query that fetches an unexpired partner session and sets its secret on the connection."""
    return (
        OfficeSession.objects.filter(row=row, expires_at__gt=now)
        .select_related("officer__organisation", "officer__provider_binding", "unlocked", "provider")
        .annotate(behind=functions.session_entered(secret), works_at=_WORKS_AT, trained=competences.TRAININGS)
    )


def session_of_officer(row: bytes, now: datetime, secret: str) -> QuerySet[OfficeSession]:
    """Return a query that fetches an unexpired office session with its open danger-to-life records."""
    return session_of_partner(row, now, secret).annotate(dangers=danger_functions.of_session(secret))


SESSION: Final = CompiledQuery(session_of_officer)
SESSION_OF_PARTNER: Final = CompiledQuery(session_of_partner)
