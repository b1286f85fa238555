"""Index and compare new reports in an officer's session when a queue is opened."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.linking import desk_notices, disposed_hits, matching
from heedline.casework.search import indexing

#: Seconds after which a page waits for no further kind of work: the next queue goes on with it. Each kind is bounded itself.
SECONDS: Final = 0.1
#: Where the next queue of an officer begins, if a page has waited long enough before everything was done.
_next: dict[UUID, int] = {}


def _index(*, by: Attendance, at: datetime) -> None:
    indexing.rest(indexing.catch_up(by=by, at=at, most=indexing.FEWEST), by=by, at=at)


_WORK: Final = (_index, matching.catch_up, disposed_hits.remove_step, desk_notices.tidy)


def keep_up(*, by: Attendance, at: datetime) -> None:
    """Update the officer's indexes, compare waiting reports, and tidy notices and matches.

    What the time does not suffice for is left to the next queue, which begins with it. Raises nothing: a page that only shows
    something else must not fail.
    """
    first = _next.pop(by.officer_id, 0)
    if not by.unlocked or (first == 0 and not indexing.is_due(by=by, at=at)):
        return
    began = time.monotonic()
    for kind in range(first, len(_WORK)):
        if kind > first and time.monotonic() - began > SECONDS:
            _next[by.officer_id] = kind
            return
        _WORK[kind](by=by, at=at)
