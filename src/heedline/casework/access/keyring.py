"""The desks in an officer's session, and the keys that the session has unlocked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from heedline.casework.keys import session_signing
from heedline.casework.keys.key_verification import Known
from heedline.vault.keys import PreparedKey, prepare


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
    """The key for the officer's personal data (`saved_views.personal_key`)."""

    prepared: dict[UUID, PreparedKey] = field(init=False, repr=False, default_factory=dict)
    """The keys expanded so far in this request, by epoch id."""

    def for_any(self, epochs: Iterable[UUID]) -> list[PreparedKey]:
        """Return the keys that may open a header addressed to any of `epochs`."""
        return [self._prepared(e) for e in epochs if e in self.seeds]

    def _prepared(self, epoch: UUID) -> PreparedKey:
        if epoch not in self.prepared:
            self.prepared[epoch] = prepare(self.seeds[epoch])
        return self.prepared[epoch]
