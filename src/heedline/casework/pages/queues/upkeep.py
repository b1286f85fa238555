"""Index and compare new reports, ask for translations and complete kept closures in a session after a queue has been opened."""

from __future__ import annotations

import time
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.journey import closing
from heedline.casework.language import arrivals
from heedline.casework.linking import desk_notices, disposed_hits, expired_entries, matching
from heedline.casework.search import indexing
from heedline.casework.tasks import odd_things

#: Seconds after which a step begins no further kind of work: the next step continues with it. Each kind is bounded itself.
SECONDS: Final = 0.1
#: Where an officer's next step begins, if the last one ran out of time before everything was done.
_next: dict[UUID, int] = {}


_WORK: Final = (
    arrivals.ask_step,
    partial(indexing.step, waits=True),
    matching.catch_up,
    disposed_hits.remove_step,
    expired_entries.remove_step,
    desk_notices.tidy,
    odd_things.note_step,
    closing.complete_step,
)


def is_due(*, by: Attendance, at: datetime) -> bool:
    """Return whether indexing, comparing, requesting translations, completing closures or tidying may be due in the officer's session."""
    return by.unlocked and (by.officer_id in _next or indexing.is_due(by=by, at=at))


def keep_up(*, by: Attendance, at: datetime) -> bool:
    """Take one step of the work of the officer's desks (`_WORK`), and return whether more is waiting.

    Work for which there is no time left is the first thing that the next step does. A report that cannot be read raises
    nothing.
    """
    if not is_due(by=by, at=at):
        return False
    first = _next.pop(by.officer_id, 0)
    began = time.monotonic()
    for kind in range(first, len(_WORK)):
        if kind > first and time.monotonic() - began > SECONDS:
            _next[by.officer_id] = kind
            break
        _WORK[kind](by=by, at=at)
    return is_due(by=by, at=at)
