"""The desks in an officer's session, the keys that the session has unlocked, and the seed that they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.conf import settings

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.errors import WrongPassphrase
from heedline.casework.keys import session_signing
from heedline.casework.keys.key_verification import Known
from heedline.casework.keys.signing import Hand
from heedline.desks.models import SeedWrapping
from heedline.permits.compiled_query import CompiledQuery
from heedline.vault import CannotOpen
from heedline.vault.keys import PreparedKey, prepare
from heedline.vault.passphrases import WrappedSeed, unwrap_seed

_WRAPPINGS: Final = CompiledQuery[SeedWrapping](
    lambda officer: SeedWrapping.objects.filter(officer_id=officer).exclude(way="passkey").order_by("way")
)


@dataclass(frozen=True)
class DeskLine:
    """A desk at which an officer works."""

    id: UUID
    code: str
    name: str
    round_the_clock: bool
    kind: str = ""


@dataclass(frozen=True)
class Keyring:
    """The epoch seeds that this session has unlocked, by epoch id.

    Never rendered and never logged.
    """

    seeds: dict[UUID, bytes] = field(repr=False)
    voice: session_signing.Voice = field(repr=False)
    known: Known = field(repr=False, default_factory=Known)
    own_terms: tuple[str, ...] = field(repr=False, default=())
    """The officer's conflict-of-interest terms, compared with each report that the officer opens.

    See `report/conflict_terms.py`.
    """
    personal: bytes = field(repr=False, default=b"")
    """The key for the officer's personal data (`saved_views`), derived from their seed."""

    prepared: dict[UUID, PreparedKey] = field(init=False, repr=False, default_factory=dict)
    """The keys expanded so far in this request, by epoch id."""

    def for_any(self, epochs: Iterable[UUID]) -> list[PreparedKey]:
        """Return the keys that may open a header addressed to any of `epochs`."""
        return [self._prepared(e) for e in epochs if e in self.seeds]

    def _prepared(self, epoch: UUID) -> PreparedKey:
        if epoch not in self.prepared:
            self.prepared[epoch] = prepare(self.seeds[epoch])
        return self.prepared[epoch]


def wrapping_context(officer: UUID) -> bytes:
    """Return the encryption context that binds a wrapped seed to its officer and installation."""
    return f"{settings.INSTALLATION}/{officer}".encode()


def open_seed(officer: UUID, passphrase: str) -> bytes:
    """Return the officer's seed.

    Slow on purpose. Raises CannotOpen.
    """
    for wrapping in _WRAPPINGS.rows(officer):
        try:
            return unwrap_seed(
                WrappedSeed.from_json(wrapping.wrapped), passphrase, context=wrapping_context(officer)
            )
        except CannotOpen:
            continue
    raise CannotOpen


def hand_of(officer: UUID, passphrase: str) -> Hand:
    """Return an officer's signing key, decrypted with their passphrase.

    Officers type their passphrase to grant, compare, sign or open an identity. Raises WrongPassphrase, which
    is logged. If a verb is rolled back by this exception, the log holds the verb's own refusal instead.
    """
    try:
        return Hand(str(officer), open_seed(officer, passphrase))
    except CannotOpen:
        journal.record(Act.UNLOCK_REFUSED, actor=officer, refused=True)
        raise WrongPassphrase from None
