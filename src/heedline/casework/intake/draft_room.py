"""Limits on the storage used by unfinished reports, and on how often they are started and saved.

Anybody may start a report, so anybody could fill a disk with drafts. Three limits prevent that:

  * all drafts together may take `settings.DRAFT_ROOM` bytes on the database's disk, including dead rows (`DraftsOnDisk`)
  * no more is kept of drafts once less than `settings.KEEP_FREE` bytes are free on that disk, because the rest is for
    reports
  * one place may start only so many drafts in a while, and one draft may be saved only so often.

Drafts already started may be continued a little longer than new ones may be started. Reporters in
danger have room of their own. Reports that officers take down by telephone have more, which the public
cannot use up.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from math import inf
from pathlib import Path

from django.conf import settings

from heedline.casework.intake.rate_limit import Caller
from heedline.casework.rate_limit import Limit, RateLimit
from heedline.intake.door import StoreFull

__all__ = ["For", "Room", "StoreFull", "free_bytes", "may_begin", "may_save", "room_for"]


class For(Enum):
    """The kinds of draft, each with its own storage allowance."""

    PUBLIC = "public"
    DANGER = "danger"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class Room:
    """The storage limits for all drafts together, in bytes.

    `for_new` applies when a draft is started, and `at_all` when an existing one is saved again.
    """

    for_new: int
    at_all: int


class DraftsOnDisk:
    """A short-lived cache of the total size of all drafts on disk, in bytes.

    Looking it up takes a third of the time in which the database saves a draft. While there is much room, it is
    therefore looked up four times a second, and not with each draft.
    """

    #: Seconds for which it is relied on, and the least that must then be left for new drafts, in bytes: what 2,000 of the
    #: largest drafts take.
    FOR, AMPLE = 0.25, 128 * 1024 * 1024

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = -inf, 0

    def seen(self, taken: int) -> None:
        """Cache the current total size of all drafts, in bytes."""
        self._last = self._clock(), taken

    def must_look(self, room: Room) -> bool:
        """Return whether the total size must be queried again before a draft is saved."""
        when, taken = self._last
        return self._clock() - when > self.FOR or taken + self.AMPLE > room.for_new


#: As this process saw it.
ON_DISK = DraftsOnDisk()
#: Shares of `DRAFT_ROOM`, in percent: for a draft that is new, and for one that is there.
_SHARES = {For.PUBLIC: (75, 90), For.DANGER: (100, 100), For.OFFICER: (125, 125)}
#: Which part of `KEEP_FREE`, in percent, must be free. Officers may use it up: what they take down is a report.
_KEPT_FREE = {For.PUBLIC: 100, For.DANGER: 50, For.OFFICER: 0}


def _at_most(burst: int, seconds: float) -> RateLimit:
    return RateLimit(
        Limit(burst, timedelta(seconds=seconds)), most=50_000, forget_after=timedelta(minutes=15)
    )


#: Drafts begun from one place. Many people may share an address, so one place may begin as many as a busy office.
_BEGUN = _at_most(60, 2.0)
#: Drafts begun from places that cannot be told apart, and by people in danger from anywhere: counted all together.
_BEGUN_BY_ANYBODY = _at_most(2000, 0.01)
_ANYBODY, _IN_DANGER = b"anybody", b"in danger"
#: Saving of one draft. Whoever walks through all pages saves some thirty times in as many minutes.
_SAVED = _at_most(120, 1.0)


def free_bytes(folder: Path | None) -> int | None:
    """Return the free space in a folder for an unprivileged account, in bytes, or None if unknown."""
    if folder is None:
        return None
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def room_for(whose: For) -> Room:
    """Return the storage limits for this kind of draft, or zero if free disk space is too low.

    What is left then is reserved for reports.
    """
    free = free_bytes(settings.DATABASE_DISK)
    if free is not None and free < settings.KEEP_FREE * _KEPT_FREE[whose] // 100:
        return Room(0, 0)
    new, again = _SHARES[whose]
    total = settings.DRAFT_ROOM
    return Room(total * new // 100, total * again // 100)


def may_begin(caller: Caller | None, *, danger: bool = False) -> None:
    """Raise StoreFull if drafts are being started too fast."""
    if danger or caller is None:
        begun = _BEGUN_BY_ANYBODY.allows(_IN_DANGER if danger else _ANYBODY)
    else:
        begun = _BEGUN.allows(caller.number)
    if not begun:
        raise StoreFull("drafts are begun too fast")


def may_save(row: bytes, whose: For) -> None:
    """Raise StoreFull if this draft was saved too often in a short time."""
    if whose is not For.OFFICER and not _SAVED.allows(row):
        raise StoreFull("a draft is saved too fast")
