"""The arrival canary, a report sent in each quarter hour to prove that reports arrive and can be opened.

A timer runs `send` as the public process. The worker takes the report out of the database and opens it with a key that
opens nothing else, and the operator's monitoring hears when none has been opened for too long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings

from heedline.casework.access.keyring import Keyring
from heedline.casework.continuity import canary
from heedline.casework.keys.epochs import grant_context
from heedline.casework.keys.session_signing import new_voice
from heedline.casework.keys.signing import Hand
from heedline.casework.report.opening import open_report
from heedline.desks.models import EpochGrant
from heedline.dispatch import clockwork
from heedline.vault import CannotOpen
from heedline.vault.grants import open_grant
from heedline.vault.keys import new_seed

DESK = "arrival-canary"
WORDS = "Arrival canary: this report was sent by Heedline itself, to prove that reports arrive."


@dataclass(frozen=True, slots=True)
class CanaryKey:
    """The key of the canary's desk: the epoch that reports are sealed to, and its 32-byte seed."""

    epoch: UUID
    seed: bytes = field(repr=False)

    @classmethod
    def read(cls, text: str) -> CanaryKey:
        """Return the key written as `EPOCH:SEED`, the seed in hexadecimal. Raises ValueError."""
        epoch, _, seed = text.strip().partition(":")
        found = cls(UUID(epoch), bytes.fromhex(seed))
        if len(found.seed) != 32:
            raise ValueError("the seed has 32 bytes")
        return found

    def written(self) -> str:
        """Return the key as the worker's environment has it."""
        return f"{self.epoch}:{self.seed.hex()}"


def found(*, hands: Sequence[Hand], at: datetime) -> CanaryKey:
    """Create the canary's desk, signed by two stewards, and return its key, which nobody else holds.

    Its officer's own secrets are thrown away. Raises Refused, including when the desk already exists.
    """
    keys = canary.found(hands=hands, at=at, code=DESK, name="Arrival canary")
    grant = EpochGrant.objects.get(officer=keys.officer)
    context = grant_context(grant.epoch_id, keys.officer)
    return CanaryKey(grant.epoch_id, open_grant(bytes(grant.sealed), keys.seed, info=context))


def send(at: datetime) -> None:
    """Send the canary's report as a public process. Raises LookupError if it is not accepted."""
    canary.send(at, code=DESK, narrative=WORDS)


def receive(at: datetime) -> bool:
    """Take the canary's reports out of the database, and return whether one was opened.

    Without a key in the settings nothing is taken. Raises CannotOpen if one does not open, or says something else.
    """
    if not settings.CANARY_KEY:
        return False
    key = CanaryKey.read(settings.CANARY_KEY)
    taken = clockwork.take_canaries()
    ring = Keyring({key.epoch: key.seed}, new_voice(key.epoch, new_seed(), at=at))
    for one in taken:
        if open_report(one.container, one.header, one.payload, [key.epoch], ring).narrative != WORDS:
            raise CannotOpen
    return bool(taken)
