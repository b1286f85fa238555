"""The database functions that give the public process its only access to the tables.

Each call is one function in one round trip, and is tried again while the database changes over to another server.
Every function is keyed by something that cannot be guessed (the hash of a receipt's lookup id, or the hash of a cookie)
and determines what is written. See `database/functions/submitting.sql, mailbox.sql, drafts.sql`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.db import DatabaseError, Error, connection

logger = logging.getLogger("heedline.door")


@dataclass(frozen=True)
class SealedPart:
    """A sealed container to be stored.

    `epochs` are the keys to which its header is addressed.
    """

    container: UUID
    header: bytes
    payload: bytes
    sha256: bytes
    epochs: tuple[UUID, ...]


@dataclass(frozen=True)
class SealedFile:
    """A file to be stored with a report or a message.

    `object` is its object in storage, of `size` bytes. `epochs` are the keys to which its header is addressed.
    """

    container: UUID
    header: bytes
    object: UUID
    size: int
    epochs: tuple[UUID, ...]


@dataclass(frozen=True)
class Submission:
    """All the data that is stored for one new report.

    The process that submits it cannot open any of it.
    """

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
    files: tuple[SealedFile, ...] = ()
    form: tuple[bytes, int] | None = None
    """The form token that this report consumes, if it was sent from a web page.

    It consists of the draft's row and the number.
    """
    incident: UUID | None = None
    """The incident by whose form it was sent, or None."""


@dataclass(frozen=True, slots=True)
class PublicIncident:
    """An incident as the public site knows it. `kind` is a kind of incident of the pack."""

    id: UUID
    slug: str
    name: str
    kind: str
    is_open: bool


def incidents() -> tuple[PublicIncident, ...]:
    """Return every incident, the newest first.

    Waits for nothing: raises the database's error if it is away.
    """
    rows = connection.call("SELECT * FROM door.incidents()", ())  # type: ignore[attr-defined]
    return tuple(PublicIncident(*row) for row in rows)


@dataclass(frozen=True)
class PublicThreatLevel:
    """A threat level as the public site shows it: codes of the pack, and the day on which it was read at its source."""

    scope: str
    level: str
    source: str
    read_on: date


def threat_levels(desk_code: str) -> tuple[PublicThreatLevel, ...]:
    """Return the level of each scope that this desk confirmed last, however old it is.

    Waits for nothing: raises the database's error if it is away.
    """
    rows = connection.call("SELECT * FROM door.threat_levels(%s)", (desk_code,))  # type: ignore[attr-defined]
    return tuple(PublicThreatLevel(*row) for row in rows)


def _call(
    sql: str, params: Sequence[Any], again: tuple[str, Sequence[Any]] | None = None
) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = connection.call_patiently(sql, params, again)  # type: ignore[attr-defined]
    return rows


def _stored(sql: str, params: Sequence[Any], again: tuple[str, Sequence[Any]] | None = None) -> str:
    """Call a database function that stores data, and return its result code.

    `again` is called instead if the answer to the first call was lost while the database changed over.

    Returns `failed` if the database did not accept it for any reason. The reason is not passed on, because a
    database error may quote what was sent.
    """
    try:
        return str(_call(sql, params, again)[0][0])
    except DatabaseError:
        logger.exception("the database did not store it")  # the log says the kind of error and no more
        return "failed"


_FILES = ("%b::uuid[]", "%b::bytea[]", "%b::uuid[]", "%s::bigint[]")


def _columns(files: Sequence[SealedFile]) -> tuple[list[Any], ...]:
    return (
        [one.container for one in files],
        [one.header for one in files],
        [one.object for one in files],
        [one.size for one in files],
    )


def submit(s: Submission) -> str:
    """Store a report durably and return the result code.

    The codes are `accepted`, `again` (this same report is already stored), `conflict`, `refused`, `failed`,
    and `spent` if its form was already sent, in which case nothing was done.
    """
    part, who = s.report_part, s.identity_part
    values: list[Any] = [
        s.report, s.lookup, s.reporter_key, s.body_mac, s.kind, s.channel, s.area, s.urgency, s.rank, s.desk, s.watch,
        s.due_after, s.question_set, part.container, part.header, part.payload, part.sha256, list(part.epochs),
        who.container, who.header, who.payload, who.sha256, [e for e, _ in s.desk_shares], [b for _, b in s.desk_shares],
        *s.authoriser_share, *_columns(s.files), s.incident,
    ]  # fmt: skip
    casts = ["%s"] * len(values)
    casts[-5:] = (*_FILES, "%s::uuid")
    casts[8], casts[17], casts[22], casts[23] = "%s::smallint", "%b::uuid[]", "%b::uuid[]", "%b::bytea[]"
    casts[10] = casts[24] = "%s::uuid"
    storing = f"door.submit_report({', '.join(casts)})"
    if s.form is None:
        return _stored(f"SELECT {storing}", values)
    spending = "door.spend_form(%s, %s::integer)"
    # its form may have been spent by the first try, whose answer was lost
    stored = "EXISTS (SELECT FROM door.visit(%s))"
    return _stored(
        f"SELECT CASE WHEN {spending} THEN {storing} ELSE 'spent' END",
        [*s.form, *values],
        (
            f"SELECT CASE WHEN {stored} OR {spending} THEN {storing} ELSE 'spent' END",
            [s.lookup, *s.form, *values],
        ),
    )


def submit_together(several: Sequence[Submission]) -> list[bool]:
    """Store several new reports in one transaction, durably, and return for each whether it was stored.

    Only reports from programs that have no files and name no incident are stored in this way. `submit` says why one was not
    stored, and it is also told of one that was stored by an earlier transaction. If the database fails, no report is said to
    be stored.
    """
    first = {one.report: one for one in reversed(several) if _goes_together(one)}
    rows = sorted(first.values(), key=lambda one: one.report)  # whoever waits for another waits in one order
    stored: set[UUID] = set()
    if rows:
        try:
            # waits for nothing: each is then sent by itself, and waits
            stored.update(connection.call(_SUBMIT_TOGETHER, _columns_of(rows))[0][0])  # type: ignore[attr-defined]
        except Error:
            logger.exception("the database did not store them together")  # the kind of error and no more
    return [one.report in stored and first[one.report] is one for one in several]


def _goes_together(s: Submission) -> bool:
    return (
        s.channel == "api"
        and not s.files
        and s.form is None
        and s.incident is None
        and s.report_part.epochs == tuple(epoch for epoch, _ in s.desk_shares)
    )


#: Types of the values of `_columns_of`.
_TOGETHER = (
    "uuid", "bytea", "bytea", "bytea", "text", "text", "text", "smallint", "uuid", "uuid", "interval", "text",
    *("uuid", "bytea", "bytea", "bytea") * 2, "integer", "integer", "uuid", "bytea", "uuid", "bytea",
)  # fmt: skip
_SUBMIT_TOGETHER = (
    "SELECT door.submit_reports("
    + ", ".join(f"{'%b' if of in {'uuid', 'bytea'} else '%s'}::{of}[]" for of in _TOGETHER)
    + ")"
)


def _columns_of(rows: Sequence[Submission]) -> list[list[Any]]:
    """Return the values of several reports, one list for each parameter of `door.submit_reports`."""
    each = zip(
        *(
            (
                s.report, s.lookup, s.reporter_key, s.body_mac, s.kind, s.area, s.urgency, s.rank, s.desk, s.watch,
                s.due_after, s.question_set,
                s.report_part.container, s.report_part.header, s.report_part.payload, s.report_part.sha256,
                s.identity_part.container, s.identity_part.header, s.identity_part.payload, s.identity_part.sha256,
            )
            for s in rows
        ),
        strict=True,
    )  # fmt: skip
    last = list(accumulate(len(s.desk_shares) for s in rows))
    shares = [one for s in rows for one in s.desk_shares]
    return [
        *(list(column) for column in each),
        [end - len(s.desk_shares) + 1 for end, s in zip(last, rows, strict=True)],
        last,
        [epoch for epoch, _ in shares],
        [sealed for _, sealed in shares],
        [s.authoriser_share[0] for s in rows],
        [s.authoriser_share[1] for s in rows],
    ]


@dataclass(frozen=True)
class Visited:
    """The data about a report that its reporter can look up with the receipt code.

    `watch` is the round-the-clock desk, if the report is addressed to it as well.
    """

    report: UUID
    desk: UUID
    watch: UUID | None
    status: str
    withdraw_asked: bool
    received_on: date
    answered_on: date | None
    """The date of the reporter's latest message since the desk's last message, or None."""
    only_new: bool
    """Whether the reporter sees each message during one visit only, not until they hide it."""
    opened_at: datetime | None
    """When an officer last took the report, or None."""
    unread: int
    """How many of the reporter's messages no officer has read."""
    kind: str


@dataclass(frozen=True)
class SealedMessage:
    id: UUID
    header: bytes
    payload: bytes
    voice: dict[str, str]
    sent_on: date


def visit(lookup: bytes) -> Visited | None:
    """Return the report that a receipt belongs to, or None if the receipt is unknown."""
    rows = _call(
        "SELECT report, desk, watch, status, withdraw_asked, received_on, answered_on, only_new, opened_at, unread, kind"
        " FROM door.visit(%s)",
        [lookup],
    )
    return Visited(*rows[0]) if rows else None


def new_messages(lookup: bytes, also: Sequence[UUID] = ()) -> tuple[SealedMessage, ...]:
    """Return the reporter's copies of the desk's messages that are not marked seen, or are in `also`."""
    import json

    rows = _call(
        "SELECT id, copy_header, copy_payload, voice, sent_on FROM door.new_messages(%s, %s::uuid[])",
        [lookup, list(also)],
    )
    return tuple(
        SealedMessage(i, bytes(h), bytes(p), json.loads(v) if isinstance(v, str) else (v or {}), on)
        for i, h, p, v, on in rows
    )


def mark_seen(lookup: bytes, ids: Sequence[UUID]) -> None:
    """Record that the reporter has seen these messages."""
    _call("SELECT door.mark_seen(%s, %s::uuid[])", [lookup, list(ids)])


def show_only_new(lookup: bytes, only_new: bool) -> None:
    """Set whether this receipt shows each message during one visit only, or until it is hidden."""
    _call("SELECT door.show_only_new(%s, %s)", [lookup, only_new])


def say(
    lookup: bytes,
    message: UUID,
    mac: bytes,
    part: SealedPart,
    due_after: timedelta,
    urgency: str,
    files: Sequence[SealedFile] = (),
) -> str:
    """Store a reporter's message and return the result code.

    `urgency` is what the reporter answered to the question about danger, as an `Urgency`.

    The codes are `accepted`, `again`, `conflict`, `full`, `unknown` and `failed`.
    """
    return _stored(
        f"SELECT door.say(%s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s, %s, {', '.join(_FILES)})",
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
            urgency,
            *_columns(files),
        ],
    )


def ask_to_withdraw(lookup: bytes) -> bool:
    """Record that the reporter would like to withdraw the report.

    The report itself is kept.
    """
    return bool(_call("SELECT door.ask_to_withdraw(%s)", [lookup])[0][0])


def delete_messages(lookup: bytes) -> bool:
    """Delete the reporter's copies of the desk's messages."""
    return bool(_call("SELECT door.delete_messages(%s)", [lookup])[0][0])


def archive_questions(name: str, canonical: bytes) -> str:
    """Archive a question set and return its digest.

    It is kept for as long as there are reports answered under it.
    """
    return str(_call("SELECT door.archive_questions(%s, %s)", [name, canonical])[0][0])
