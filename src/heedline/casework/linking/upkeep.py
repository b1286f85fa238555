"""What an officer's session does for search and for comparing reports when it opens a queue."""

from __future__ import annotations

from datetime import datetime

from heedline.casework.access.session import Attendance
from heedline.casework.linking import desk_notices, disposed_hits, matching
from heedline.casework.search import indexing


def keep_up(*, by: Attendance, at: datetime) -> None:
    """Update the indexes of the officer's desks, compare what waits at the linking desk, and tidy notices and hits.

    Raises nothing: a page that only shows something else must not fail.
    """
    if indexing.keep_up(by=by, at=at):
        matching.catch_up(by=by, at=at)
        disposed_hits.remove_step(by=by, at=at)
        desk_notices.tidy(by=by, at=at)
