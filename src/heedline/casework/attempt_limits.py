"""Limits on guesses of a password, code or passphrase, counted in the database for all servers of a site (ADR 155).

Each limit is a leaky bucket for each key, as in `casework.rate_limit`. A key is found by a hash made from the site's
SECRET_KEY, so the database doesn't hold account names and its thief can't tell which accounts were tried. There is a fixed
number of slots: two keys that share one make a limit stricter and never looser, and invented keys can't push others out.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from django.conf import settings

from heedline.casework.access.session_store import site
from heedline.casework.rate_limit import Limit
from heedline.permits import functions
from heedline.vault.keys import hkdf

_SLOTS = 1 << 16


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """A limit on attempts. `place` numbers it: each limit has slots of its own, which no other fills."""

    place: int
    limit: Limit

    def _slot(self, key: str) -> int:
        under = hkdf(settings.SECRET_KEY.encode(), label="attempt-limit", context=str(self.place).encode())
        return (
            int.from_bytes(blake2b(key.encode(), key=under, digest_size=8).digest(), "big") % _SLOTS
            + self.place * _SLOTS
        )

    def take(self, key: str) -> int:
        """Count one attempt and return 0, or return the seconds to wait without counting it."""
        return functions.take_attempt(site(), self._slot(key), self.limit.burst, self.limit.each)

    def give_back(self, key: str) -> None:
        """Refund an attempt that should not count, such as one that succeeded."""
        functions.give_attempt_back(site(), self._slot(key), self.limit.each)
