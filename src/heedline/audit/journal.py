"""The functions that write to the audit log.

They use plain SQL, because the processes may insert rows but not read them back, and Django's own insert
asks for the new id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from uuid import UUID, uuid4

from django.db import connection

from heedline.audit.acts import AnyAct, refuse_unknown

_COLUMNS = "INSERT INTO audit_event (act, actor, desk, thing, thing_id, outcome, detail) VALUES"
_INSERT = f"{_COLUMNS} (%s, %s, %s, %s, %s, %s, %s)"
_INSERT_AT = "INSERT INTO audit_event (act, actor, desk, thing, thing_id, outcome, detail, at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"

#: Ids in one entry: 8,000 bytes hold some two hundred (`what_an_event_may_say` in the database).
MOST_IN_AN_ENTRY = 150

_INSERT_WAITING = (
    "INSERT INTO audit_waiting (id, act, actor, desk, outcome, detail) VALUES (%s, %s, %s, %s, %s, %s)"
)


def record(
    act: AnyAct,
    *,
    actor: UUID | None,
    desk: UUID | None = None,
    thing: str = "",
    thing_id: UUID | None = None,
    refused: bool = False,
    detail: Mapping[str, str | int | bool | list[str]] | None = None,
    at_slot: datetime | None = None,
) -> None:
    """Write one event to the log, in the caller's transaction.

    The database sets the time. Only the worker may supply a time (`at_slot`), for events whose exact time
    must not be kept. `detail` holds codes, counts and ids, and never a name, a text or a receipt code.
    """
    refuse_unknown(act)
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


def record_by_the_slot(
    act: AnyAct,
    *,
    actor: UUID,
    desk: UUID | None = None,
    refused: bool = False,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Queue an event to be written to the log at the end of the current quarter hour.

    The event carries only the quarter hour as its time (see `audit.models.Waiting`). This is for an
    officer's act whose exact time would reveal when a member of the public did something. The database
    accepts only the officer whose session this is as `actor`.
    """
    refuse_unknown(act)
    outcome = "refused" if refused else "done"
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_WAITING, [uuid4(), str(act), actor, desk, outcome, json.dumps(dict(detail or {}))]
        )


def record_look(
    act: AnyAct,
    *,
    actor: UUID,
    desk: UUID | None,
    state: str,
    opened: Iterable[UUID],
    new: int,
) -> None:
    """Log that an officer viewed a list, and which reports were opened, in the caller's transaction.

    `opened` names the reports that were opened, and `new` is the number of new ones. An entry holds 8,000
    bytes, so a long list goes into several; `new` stands in the first, and the others say 0.
    """
    lists = [[str(one) for one in some] for some in batched(opened, MOST_IN_AN_ENTRY, strict=False)] or [[]]
    record_together(
        [
            Written(act, actor, desk, "", None, {"state": state, "opened": some, "new": 0 if number else new})
            for number, some in enumerate(lists)
        ]
    )


@dataclass(frozen=True, slots=True)
class Written:
    """An event to be written to the log.

    `detail` is the same as in `record`.
    """

    act: AnyAct
    actor: UUID | None
    desk: UUID | None
    thing: str
    thing_id: UUID | None
    detail: Mapping[str, str | int | bool | list[str]]


def record_together(events: Sequence[Written]) -> None:
    """Insert several events with one SQL query, in the caller's transaction.

    Does nothing if there are no events.
    """
    if not events:
        return
    rows = [
        (str(one.act), one.actor, one.desk, one.thing, one.thing_id, "done", json.dumps(dict(one.detail)))
        for one in events
    ]
    for one in events:
        refuse_unknown(one.act)
    values = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(f"{_COLUMNS} {values}", [value for row in rows for value in row])


def record_each(
    act: AnyAct,
    things: Iterable[UUID],
    *,
    actor: UUID,
    desk: UUID,
    detail: Mapping[str, str | int | bool] | None = None,
) -> None:
    """Write one event for each of several reports, in the caller's transaction."""
    refuse_unknown(act)
    told = json.dumps(dict(detail or {}))
    with connection.cursor() as cursor:
        cursor.executemany(
            _INSERT, [[str(act), actor, desk, "report", thing, "done", told] for thing in things]
        )
