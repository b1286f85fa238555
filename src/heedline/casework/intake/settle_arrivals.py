"""Rewriting and logging of each quarter hour's arrivals in random order.

Reports that arrived are rewritten in batches, in the order of their random ids, and logged. Without this, a row's transaction number
would place it between two log events whose exact times are known.
"""

from __future__ import annotations

from datetime import datetime

from heedline.dispatch import clockwork
from heedline.dispatch.clocks import slot_of


def settle(at: datetime) -> int:
    """Rewrite in random order and log all arrivals before this quarter hour. Return the number logged."""
    settled = clockwork.settle(slot_of(at))
    clockwork.forget_times()  # also when no report came: messages and drafts have times too
    return settled


def settle_drafts(at: datetime) -> int:
    """Rewrite drafts saved since the last run, in shuffled batches, and return their number.

    This is separate from settling, so that a flood of drafts cannot delay reports that were sent.
    """
    return clockwork.settle_drafts()


def sweep(at: datetime) -> int:
    """Delete expired drafts, sessions and saved forms, and return the number of drafts deleted.

    Also deletes expired data kept for undoing bulk closures, search indexes that nobody has purged in time, and old
    searches, and merges old hourly counts into days.
    """
    clockwork.forget_sweeps()
    clockwork.end_searches()
    clockwork.join_counts()
    return clockwork.sweep()
