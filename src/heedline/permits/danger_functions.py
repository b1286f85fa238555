"""Call the database functions that change who can open a report of danger to life.

They are defined in `database/functions/danger.sql`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Func, JSONField, Value

#: Each sealed part with its present header and the new one.
Moved = Sequence[tuple[UUID, bytes, bytes]]


def _columns(moved: Moved) -> list[list[object]]:
    return [[one[0] for one in moved], [one[1] for one in moved], [one[2] for one in moved]]


def of_session(secret: str) -> Func:
    """Return SQL for the session's open danger-to-life records, for use inside `functions.unseen`.

    The secret is in hexadecimal.
    """
    return Func(Value(secret), function="permits.open_dangers", output_field=JSONField())


def open_dangers() -> list[Mapping[str, Any]]:
    """Return the open dangers to life at this session's desks, earliest review first.

    Each has `report`, `desk` and `owner` (names), `owner_id`, `offered_to` (the officer asked to take it over, or
    None), `review_at` (ISO 8601), `acknowledged` and `discharge_asked`. If there are reports of danger that nobody has taken, an entry
    after them has `untaken`, their number up to a hundred, with the `report`, `desk` and `due_at` (ISO 8601) of the one due
    first. For a round-the-clock desk another has `asleep`, the number of urgent reports that wait at other desks where
    nobody is on duty, with the same of the one due first, and `watched`, whether this desk can open it. While the worker does
    not run, one has `nobody_paged`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.open_dangers(current_setting('heedline.session_secret', true))")
        found = cursor.fetchone()
    return json.loads(found[0]) if found and isinstance(found[0], str) else list(found[0] if found else ())


def worker_runs() -> bool:
    """Return whether the worker has recorded a heartbeat within the last three minutes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.worker_runs()")
        return bool((cursor.fetchone() or (False,))[0])


def watch_danger(report: UUID, desk: UUID, epoch: UUID, share: bytes | None, moved: Moved) -> bool:
    """Add the round-the-clock desk to a report of danger to life.

    Returns False if the report has changed meanwhile. `share` is the desk's half of the identity key, sealed
    to `epoch`, or None once that is disposed of.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT permits.watch_danger(%s, %s, %s, %s, %s::uuid[], %s::bytea[], %s::bytea[])",
            [report, desk, epoch, share, *_columns(moved)],
        )
        done = cursor.fetchone()
    return bool(done and done[0])


def end_danger_watch(report: UUID, moved: Moved) -> bool:
    """Remove the round-the-clock desk from a report after the danger is discharged.

    Returns False if the report has changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT permits.end_danger_watch(%s, %s::uuid[], %s::bytea[], %s::bytea[])",
            [report, *_columns(moved)],
        )
        done = cursor.fetchone()
    return bool(done and done[0])
