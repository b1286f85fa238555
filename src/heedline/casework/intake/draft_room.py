"""How much room unfinished reports may take, and how fast they may be begun and saved.

Anybody may begin a report, so anybody may fill a disk with beginnings. Three bounds keep that from happening:

* all drafts together may take `settings.DRAFT_ROOM` bytes on the database's disk, dead rows included;
* nothing more is kept of them once less than `settings.KEEP_FREE` bytes are free on that disk: that room is for reports;
* one place may begin so many drafts in a while, and one draft may be saved so often.

Whoever has begun may finish a little longer than others may begin. The way for somebody in danger has room of its own,
and what an officer takes down on the telephone has more: the public cannot use that up.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from django.conf import settings

from heedline.casework.intake.rate_limit import Caller, Pace
from heedline.intake.door import StoreFull

__all__ = ["For", "Room", "StoreFull", "free_bytes", "may_begin", "may_save", "room_for"]


class For(Enum):
    """Whose draft asks for room."""

    PUBLIC = "public"
    DANGER = "danger"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class Room:
    """How many bytes all drafts together may take when a draft is begun, and when one that is there is saved again."""

    for_new: int
    at_all: int


#: Shares of `DRAFT_ROOM`, in percent: for a draft that is new, and for one that is there.
_SHARES = {For.PUBLIC: (75, 90), For.DANGER: (100, 100), For.OFFICER: (125, 125)}
#: Which part of `KEEP_FREE`, in percent, must be free. Officers may use it up: what they take down is a report.
_KEPT_FREE = {For.PUBLIC: 100, For.DANGER: 50, For.OFFICER: 0}

#: Drafts begun from one place. Many people may share an address, so one place may begin as many as a busy office.
_BEGUN = Pace(burst=60, every=2.0)
#: Drafts begun from places that cannot be told apart, and by people in danger from anywhere: counted all together.
_BEGUN_BY_ANYBODY = Pace(burst=2000, every=0.01)
_ANYBODY, _IN_DANGER = b"anybody", b"in danger"
#: Saving of one draft. Whoever walks through all pages saves some thirty times in as many minutes.
_SAVED = Pace(burst=120, every=1.0)


def free_bytes(folder: Path | None) -> int | None:
    """Return how many bytes an ordinary account may still write in that folder; None where it cannot be seen."""
    if folder is None:
        return None
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def room_for(whose: For) -> Room:
    """Return the room for drafts as the disk is now; none when the rest of the disk is kept for reports."""
    free = free_bytes(settings.DATABASE_DISK)
    if free is not None and free < settings.KEEP_FREE * _KEPT_FREE[whose] // 100:
        return Room(0, 0)
    new, again = _SHARES[whose]
    return Room(settings.DRAFT_ROOM * new // 100, settings.DRAFT_ROOM * again // 100)


def may_begin(caller: Caller | None, *, danger: bool = False) -> None:
    """Raise StoreFull when too many drafts were begun from this place just now."""
    if danger or caller is None:
        begun = _BEGUN_BY_ANYBODY.allows(_IN_DANGER if danger else _ANYBODY)
    else:
        begun = _BEGUN.allows(caller.number)
    if not begun:
        raise StoreFull("drafts are begun too fast")


def may_save(row: bytes, whose: For) -> None:
    """Raise StoreFull when this draft was saved too often just now."""
    if whose is not For.OFFICER and not _SAVED.allows(row):
        raise StoreFull("a draft is saved too fast")
