"""Database functions that give a partner's process access to its disclosures.

They are defined in `database/functions/disseminations.sql`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection


@dataclass(frozen=True)
class SentRow:
    """A disclosure to the signed-in user's desk, with its terms, times and who received and answered it."""

    id: UUID
    from_desk: UUID
    purpose: str
    basis: str
    conditions: list[str]
    state: str
    urgent: bool
    answer_wanted: bool
    sent_at: datetime
    due_at: datetime | None
    received_by: UUID | None
    received_at: datetime | None
    answer_code: str
    answered_by: UUID | None
    answered_at: datetime | None
    meets_on: date | None


@dataclass(frozen=True)
class Parts:
    """The sealed parts of a disclosure and of its reply, with the partner's own headers and the signature."""

    container: UUID
    epoch: UUID
    header: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    voice: dict[str, str]
    written_on: date
    answer: UUID | None
    answer_epoch: UUID | None
    answer_header: bytes = field(repr=False)
    answer_payload: bytes = field(repr=False)


@dataclass(frozen=True)
class EarlierParts:
    """An earlier reply by the partner, with the partner's own header for it."""

    code: str
    by: UUID
    at: datetime
    container: UUID
    epoch: UUID
    header: bytes = field(repr=False)
    payload: bytes = field(repr=False)


def _ask(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def sent_to_me() -> list[SentRow]:
    """Return all disclosures, newest first, or none if no partner user is signed in."""
    return [SentRow(*row) for row in _ask("SELECT * FROM permits.sent_to_me()", [])]


def one_sent_to_me(ident: UUID) -> SentRow | None:
    """Return one disclosure, or None if it was never sent to the signed-in person's desk."""
    rows = _ask("SELECT * FROM permits.sent_to_me(%s)", [ident])
    return SentRow(*rows[0]) if rows else None


def parts(ident: UUID) -> Parts | None:
    """Return the parts of a disclosure, or None if it is another partner's, was withdrawn or never existed."""
    rows = _ask("SELECT * FROM permits.sent_parts(%s)", [ident])
    if not rows:
        return None
    container, epoch, header, payload, voice, on, answer, answer_epoch, answer_header, answer_payload = rows[
        0
    ]
    said = json.loads(voice) if isinstance(voice, str) else voice
    return Parts(
        container,
        epoch,
        bytes(header),
        bytes(payload),
        {key: str(value) for key, value in said.items()},
        on,
        answer,
        answer_epoch,
        bytes(answer_header or b""),
        bytes(answer_payload or b""),
    )


def earlier_answers(ident: UUID) -> list[EarlierParts]:
    """Return the partner's earlier replies to a disclosure, newest first."""
    return [
        EarlierParts(code, by, at, container, epoch, bytes(header), bytes(payload))
        for code, by, at, container, epoch, header, payload in _ask(
            "SELECT * FROM permits.earlier_answers(%s)", [ident]
        )
    ]


def view_file(ident: UUID, stored: UUID, digest: bytes, sealed: bytes) -> bool:
    """Store a token for one file of an opened disclosure, and return whether that was permitted."""
    return bool(_ask("SELECT permits.view_sent_file(%s, %s, %s, %s)", [ident, stored, digest, sealed])[0][0])


def close_files() -> None:
    """Revoke access to every file that this session has open."""
    _ask("SELECT permits.close_sent_files()", [])


def answer_to(ident: UUID) -> list[tuple[UUID, UUID]]:
    """Return the epochs to which a reply is sealed, each with its desk, or none if no reply is possible."""
    return [(epoch, desk) for epoch, desk in _ask("SELECT * FROM permits.answer_to(%s)", [ident])]


def receive(ident: UUID, receipt: Mapping[str, str]) -> str:
    """Record that a disclosure was opened, and return `received`, `opened` or `not-yours`.

    `received` is returned for the first person, whose receipt is kept.
    """
    return str(_ask("SELECT permits.receive_sent(%s, %s::jsonb)", [ident, json.dumps(dict(receipt))])[0][0])


def answer(
    ident: UUID,
    code: str,
    *,
    container: UUID,
    header: bytes,
    epochs: list[UUID],
    payload: bytes,
    sha256: bytes,
    key: UUID,
    key_header: bytes,
    key_epoch: UUID,
    voice: Mapping[str, str],
    read_minutes: int,
    urgency: str,
    due_after: timedelta,
) -> str:
    """Store a partner's sealed reply to a disclosure.

    `urgency` is what the reply says about danger. Unless it is routine, it pages the desk, whose report is due after
    `due_after`.

    Returns `answered`, `changed`, `not-now` or `not-yours`.
    """
    rows = _ask(
        "SELECT permits.answer_sent(%s, %s, %s, %s, %s::uuid[], %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s)",
        [
            ident,
            code,
            container,
            header,
            epochs,
            payload,
            sha256,
            key,
            key_header,
            key_epoch,
            json.dumps(dict(voice)),
            read_minutes,
            urgency,
            due_after,
        ],
    )
    return str(rows[0][0])
