"""One function that writes to the log.

It uses plain SQL because the processes may insert and not read back: Django's own insert asks for the new id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection

from heedline.audit.acts import Act

_INSERT = "INSERT INTO audit_event (act, actor, desk, thing, thing_id, outcome, detail) VALUES (%s, %s, %s, %s, %s, %s, %s)"
_INSERT_AT = "INSERT INTO audit_event (act, actor, desk, thing, thing_id, outcome, detail, at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"


def record(
    act: Act,
    *,
    actor: UUID | None,
    desk: UUID | None = None,
    thing: str = "",
    thing_id: UUID | None = None,
    refused: bool = False,
    detail: Mapping[str, str | int | bool | list[str]] | None = None,
    at_slot: datetime | None = None,
) -> None:
    """Write one event in the caller's transaction.

    The database sets the time. Only the worker may give one (`at_slot`), for things whose exact time must not be kept.
    `detail` holds codes, counts and ids: never a name, a text or a receipt code.
    """
    row = [
        str(act),
        actor,
        desk,
        thing,
        thing_id,
        "refused" if refused else "done",
        json.dumps(dict(detail or {})),
    ]
    with connection.cursor() as cursor:
        if at_slot is None:
            cursor.execute(_INSERT, row)
        else:
            cursor.execute(_INSERT_AT, [*row, at_slot])


def record_each(
    act: Act,
    things: Iterable[UUID],
    *,
    actor: UUID,
    desk: UUID,
    detail: Mapping[str, str | int | bool] | None = None,
) -> None:
    """Write one event about each of these reports, in the caller's transaction."""
    told = json.dumps(dict(detail or {}))
    with connection.cursor() as cursor:
        cursor.executemany(
            _INSERT, [[str(act), actor, desk, "report", thing, "done", told] for thing in things]
        )
