"""When a quarter hour is over: what arrived in it is written anew, shuffled, and logged.

A row's transaction number would otherwise place it between two events of the log whose times are exact.
"""

from __future__ import annotations

from datetime import datetime

from heedline.dispatch import clockwork
from heedline.dispatch.clocks import slot_of


def settle(at: datetime) -> int:
    """Settle everything that arrived before the present quarter hour. Return how many reports were logged."""
    settled = clockwork.settle(slot_of(at))
    clockwork.forget_times()  # also when no report came: messages and drafts have times too
    return settled


def settle_drafts(at: datetime) -> int:
    """Write anew the unfinished reports that were saved since the last time, apart from settling: a flood of them must
    not hold up what was sent. Return how many."""
    return clockwork.settle_drafts()


def sweep(at: datetime) -> int:
    """Remove drafts, sessions and held forms whose time has run out, and what was kept for undoing; make days of old
    hours of the counts. Return how many drafts."""
    clockwork.forget_sweeps()
    clockwork.join_counts()
    return clockwork.sweep()
