"""The public process's only way to the tables: one function of the database each, in one round trip.

Every function is keyed by something that cannot be guessed (the hash of a receipt's lookup id, the hash of a cookie) and
fixes what is written; see `database/functions/submitting.sql, mailbox.sql, drafts.sql`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection

logger = logging.getLogger("heedline.door")


@dataclass(frozen=True)
class SealedPart:
    """One sealed container on its way in: `epochs` are the keys its header is addressed to."""

    container: UUID
    header: bytes
    payload: bytes
    sha256: bytes
    epochs: tuple[UUID, ...]


@dataclass(frozen=True)
class Submission:
    """All that enters with one report. Nothing of it can be opened by the process that sends it."""

    report: UUID
    lookup: bytes
    reporter_key: bytes
    body_mac: bytes
    kind: str
    channel: str
    area: str
    urgency: str
    rank: int
    desk: UUID
    watch: UUID | None
    due_after: timedelta
    question_set: str
    report_part: SealedPart
    identity_part: SealedPart
    desk_shares: tuple[tuple[UUID, bytes], ...]
    authoriser_share: tuple[UUID | None, bytes]
    form: tuple[bytes, int] | None = None
    """The form token that is spent with it, where it came from a page: the draft's row, and the number."""


def _call(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _stored(sql: str, params: Sequence[Any]) -> str:
    """The function's own word for what it did; `failed` when the database did not take it, for whatever reason.

    The reason ends here: an error of the database may quote what was sent.
    """
    try:
        return str(_call(sql, params)[0][0])
    except DatabaseError:
        logger.exception("the database did not store it")  # the log says the kind of error and no more
        return "failed"


def submit(s: Submission) -> str:
    """Store a report, durably. Return `accepted`, `again` (this very report is here already), `conflict`, `refused`,
    `failed`, or `spent` when its form was sent before: then nothing was done."""
    part, who = s.report_part, s.identity_part
    values: list[Any] = [
        s.report, s.lookup, s.reporter_key, s.body_mac, s.kind, s.channel, s.area, s.urgency, s.rank, s.desk, s.watch,
        s.due_after, s.question_set, part.container, part.header, part.payload, part.sha256, list(part.epochs),
        who.container, who.header, who.payload, who.sha256, [e for e, _ in s.desk_shares], [b for _, b in s.desk_shares],
        *s.authoriser_share,
    ]  # fmt: skip
    casts = ["%s"] * len(values)
    casts[8], casts[17], casts[22], casts[23] = "%s::smallint", "%s::uuid[]", "%s::uuid[]", "%s::bytea[]"
    casts[10] = casts[24] = "%s::uuid"
    storing = f"door.submit_report({', '.join(casts)})"
    if s.form is None:
        return _stored(f"SELECT {storing}", values)
    spending = "SELECT CASE WHEN door.spend_form(%s, %s::integer) THEN"
    return _stored(f"{spending} {storing} ELSE 'spent' END", [*s.form, *values])


@dataclass(frozen=True)
class Visited:
    """What a receipt leads to. `watch`: the round-the-clock desk, where the report is addressed to it as well."""

    report: UUID
    desk: UUID
    watch: UUID | None
    status: str
    withdraw_asked: bool
    received_on: date
    answered_on: date | None
    """When the reporter last wrote after our last message; None when they have not."""


@dataclass(frozen=True)
class SealedMessage:
    id: UUID
    header: bytes
    payload: bytes
    voice: dict[str, str]
    sent_on: date


def visit(lookup: bytes) -> Visited | None:
    """Return what a receipt leads to, or None."""
    rows = _call(
        "SELECT report, desk, watch, status, withdraw_asked, received_on, answered_on FROM door.visit(%s)",
        [lookup],
    )
    return Visited(*rows[0]) if rows else None


def new_messages(lookup: bytes) -> tuple[SealedMessage, ...]:
    """Return the reporter's sealed copies of messages they have not seen."""
    import json

    rows = _call("SELECT id, copy_header, copy_payload, voice, sent_on FROM door.new_messages(%s)", [lookup])
    return tuple(
        SealedMessage(i, bytes(h), bytes(p), json.loads(v) if isinstance(v, str) else (v or {}), on)
        for i, h, p, v, on in rows
    )


def mark_seen(lookup: bytes, ids: Sequence[UUID]) -> None:
    """Remember that the reporter has seen these."""
    _call("SELECT door.mark_seen(%s, %s::uuid[])", [lookup, list(ids)])


def say(lookup: bytes, message: UUID, mac: bytes, part: SealedPart, due_after: timedelta) -> str:
    """Store a reporter's message. Return `accepted`, `again`, `conflict`, `full`, `unknown` or `failed`."""
    return _stored(
        "SELECT door.say(%s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s)",
        [
            lookup,
            message,
            mac,
            part.container,
            part.header,
            part.payload,
            part.sha256,
            list(part.epochs),
            due_after,
        ],
    )


def ask_to_withdraw(lookup: bytes) -> bool:
    """Flag that the reporter would like to withdraw. The report stays."""
    return bool(_call("SELECT door.ask_to_withdraw(%s)", [lookup])[0][0])


def delete_messages(lookup: bytes) -> bool:
    """Remove the reporter's copies of our messages."""
    return bool(_call("SELECT door.delete_messages(%s)", [lookup])[0][0])


def archive_questions(name: str, canonical: bytes) -> str:
    """Keep an edition of the questions for as long as reports answered under it are kept. Return its digest."""
    return str(_call("SELECT door.archive_questions(%s, %s)", [name, canonical])[0][0])
