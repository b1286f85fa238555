"""Delivery attempts of a letter, with retry times and the overall result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class AttemptOutcome(StrEnum):
    """The result of a delivery attempt."""

    ACCEPTED = "accepted"
    """The recipient's system accepted the letter."""
    LATER = "later"
    """A temporary failure, such as no connection or a busy server."""
    NEVER = "never"
    """A permanent failure, such as an unknown address or a rejected signature."""
    BOUNCED = "bounced"
    """The letter was accepted, but later returned as undeliverable."""


class DeliveryState(StrEnum):
    """The overall result of all delivery attempts."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Delivery failed. Somebody at the desk must act."""


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """A delivery attempt with its status or reply, which quotes nothing from the letter."""

    at: datetime
    outcome: AttemptOutcome
    proof: str = ""


_WAITS: Final = tuple(timedelta(minutes=one) for one in (5, 30, 120, 360, 1_440))


def delivery_state(attempts: Sequence[DeliveryAttempt]) -> DeliveryState:
    """Return the overall result of the attempts. Only the recipient's acceptance counts as delivery."""
    if not attempts:
        return DeliveryState.WAITING
    last = max(attempts, key=lambda one: one.at).outcome
    if last is AttemptOutcome.ACCEPTED:
        return DeliveryState.DELIVERED
    if last is AttemptOutcome.LATER and _since_success(attempts) <= len(_WAITS):
        return DeliveryState.WAITING
    return DeliveryState.FAILED


def next_attempt(attempts: Sequence[DeliveryAttempt], approved: datetime) -> datetime | None:
    """Return when the next attempt is due, or None if no attempt is left.

    It is due at once after the approval, and ever later after each failure that may pass.
    """
    if delivery_state(attempts) is not DeliveryState.WAITING:
        return None
    if not attempts:
        return approved
    return max(one.at for one in attempts) + _WAITS[_since_success(attempts) - 1]


def _since_success(attempts: Sequence[DeliveryAttempt]) -> int:
    """Return the number of failed attempts since the last success."""
    count = 0
    for one in sorted(attempts, key=lambda one: one.at, reverse=True):
        if one.outcome is AttemptOutcome.ACCEPTED:
            break
        count += 1
    return count
