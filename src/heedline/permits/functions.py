"""Call the database functions that identify a session and decide what it may do.

Row-level security believes only the session secret: the pre-image of a session row's id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Func, TextField, Value

from heedline.permits.models import SecretAttempts


def enter_session(secret: bytes) -> None:
    """Give this connection access to the rows of the session's desks, until `leave_session`."""
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT set_config('heedline.session_secret', %s, false)", [secret.hex()])


def unseen() -> AbstractContextManager[None]:
    """Bind query parameters on the server in this block, so that no SQL text contains the session token.

    The server shows the text of statements to its superuser.
    """
    beside: AbstractContextManager[None] = connection.values_beside()  # type: ignore[attr-defined]
    return beside


def session_entered(secret: str) -> Func:
    """Return `enter_session` as an SQL expression, to be queried inside `unseen`. The secret is in hexadecimal.

    Looking up a session with this column enters it, if it exists.
    """
    return Func(
        Value("heedline.session_secret"),
        Value(secret),
        Value(False),
        function="set_config",
        output_field=TextField(),
    )


def name_officer(row: bytes, officer: UUID, *, site: str, proof: bytes) -> str:
    """Record the officer who has signed in to a session.

    Returns `named`, `unclaimed`, `refused` or `unknown` (`functions/sessions.sql`).
    """
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT permits.name_officer(%s, %s, %s, %s)", [row, officer, site, proof])
        return str(cursor.fetchone()[0])


def claim_sign_in(site: str, proof: bytes) -> None:
    """Store the hash of a site's sign-in proof in the database, unless one is already there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO permits_sign_in_proof (site, digest) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [site, hashlib.sha256(proof).digest()],
        )


def take_attempt(site: str, slot: int, burst: int, each: timedelta) -> int:
    """Count one attempt at a secret and return 0, or return the seconds to wait without counting it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT permits.take_attempt(%s, %s, %s, %s::interval)",
            [site, slot, burst, f"{each.total_seconds()} seconds"],
        )
        return int(cursor.fetchone()[0])


def give_attempt_back(site: str, slot: int, each: timedelta) -> None:
    """Refund one attempt that was counted."""
    SecretAttempts.objects.filter(site=site, slot=slot).update(counted_until=F("counted_until") - each)


def leave_session() -> None:
    """End this connection's access to reports."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('heedline.session_secret', '', false)")


def note_call(
    lookup: bytes, container: UUID, header: bytes, payload: bytes, sha256: bytes, epochs: list[UUID]
) -> str:
    """Store the sealed note about a call with the report that the receipt belongs to.

    The report may have been moved to another desk. Return `noted`, `again` (there is one already), `unknown`
    or `refused`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT permits.note_call(%s, %s, %s, %s, %s, %s::uuid[])",
            [lookup, container, header, payload, sha256, epochs],
        )
        found = cursor.fetchone()
    return str(found[0]) if found else "unknown"


def mark_unfinished_call(row: bytes, *, is_open: bool) -> None:
    """Mark or unmark a draft as an unfinished call of the signed-in officer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.mark_unfinished_call(%s, %s)", [row, is_open])


def desk_shares(report: UUID) -> list[tuple[UUID | None, bytes]]:
    """Return the desk's sealed shares of a report's identity key, each with its epoch."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT epoch, sealed FROM permits.desk_shares(%s)", [report])
        return [(epoch, bytes(sealed)) for epoch, sealed in cursor.fetchall()]


def hand_over(
    report: UUID,
    desk: UUID,
    due_at: datetime,
    version: int,
    from_desk: UUID,
    share_epoch: UUID,
    share: bytes | None,
    moved: Sequence[tuple[UUID, bytes, bytes]],
    *,
    accept_by: datetime | None = None,
    returns: bool = False,
) -> bool:
    """Hand a report over to another desk, even one that this session cannot access.

    That desk must accept it by `accept_by`, or else by `due_at`. `returns` moves it back to the desk that
    handed it over, before anybody here has accepted it. Returns False if the report was not theirs to move,
    or has changed.

    `moved`: each sealed part that the desk opens, with its present header and the one addressed to `share_epoch`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT permits.hand_over(%s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s::bytea[], %s::bytea[], %s)",
            [
                report,
                desk,
                due_at,
                version,
                from_desk,
                share_epoch,
                share,
                [part for part, _, _ in moved],
                [old for _, old, _ in moved],
                [new for _, _, new in moved],
                None if returns else accept_by or due_at,
            ],
        )
        done = cursor.fetchone()
    return bool(done and done[0])


@dataclass(frozen=True)
class Figures:
    """The workload figures of a desk, including its overdue reports and the earliest due time.

    Each is counted up to a thousand. Every stage of an open report counts. `next_due` is None where no report
    is open. The last two are about desks that this one watches round the clock.
    """

    waiting: int
    overdue: int
    danger: int
    messages: int
    next_due: datetime | None
    overdue_elsewhere: int
    danger_elsewhere: int


def figures(desks: Sequence[UUID], at: datetime) -> dict[UUID, Figures]:
    """Return the workload figures for each desk, counting only reports that this session can see."""
    rows = _rows("SELECT * FROM permits.figures(%s::uuid[], %s)", [list(desks), at])
    return {desk: Figures(*row) for desk, *row in rows}


# --- the release of an identity (database/functions/identity.sql) ----------------------------------------------------


@dataclass(frozen=True)
class SecondShare:
    """The authorisers' sealed share of an identity key, with its epoch and the desks that hold the other share."""

    container: UUID
    epoch: UUID | None
    sealed: bytes = field(repr=False)
    desks: tuple[UUID, ...]


@dataclass(frozen=True)
class SealedWords:
    """The sealed text of a request, or of the decision on it."""

    container: UUID
    header: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    epochs: tuple[UUID, ...]


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def who_decides(report: UUID) -> UUID | None:
    """Return the id of the desk that holds the authorisers' share of a report's identity key, or None."""
    found: UUID | None = _rows("SELECT permits.who_decides(%s)", [report])[0][0]
    return found


def who_decides_trace(report: UUID) -> UUID | None:
    """Return the authorising desk for a request to trace a reporter.

    It is found even if no half of a key was made or none is left.
    """
    found: UUID | None = _rows("SELECT permits.who_decides_trace(%s)", [report])[0][0]
    return found


def ask_identity(
    request: UUID, report: UUID, desk: UUID, ground: str, minutes: int, words: UUID, *, purpose: str = "open"
) -> bool:
    """Store a request to open an identity or trace a reporter, and return whether it was accepted.

    Returns False if the report is not this session's, the desk has asked already, or (for the purpose
    "trace") the report was not assessed as a danger to life.
    """
    given = [request, report, desk, purpose, ground, minutes, words]
    return bool(_rows("SELECT permits.ask_identity(%s, %s, %s, %s, %s, %s, %s)", given)[0][0])


def second_share(request: UUID) -> SecondShare | None:
    """Return the authorisers' share if this person may decide the request now, or None."""
    rows = _rows("SELECT container, epoch, sealed, desks FROM permits.second_share(%s)", [request])
    return SecondShare(rows[0][0], rows[0][1], bytes(rows[0][2]), tuple(rows[0][3])) if rows else None


def dangers_owned(officer: UUID, desk: UUID | None) -> int:
    """Return how many reports with an open danger an officer owns, at one desk or at all. 0 for all but stewards."""
    return int(_rows("SELECT permits.dangers_owned(%s, %s)", [officer, desk])[0][0])


def coordinator(desk: UUID) -> UUID | None:
    """Return the coordinator of a desk, on whom its records fall back: the first of its supervisors by name, or None."""
    found: UUID | None = _rows("SELECT permits.coordinator(%s)", [desk])[0][0]
    return found


def release_words(request: UUID) -> dict[UUID, SealedWords]:
    """Return the sealed texts of a request and its decision, by container id.

    Nothing is returned where neither the request nor the report is theirs.
    """
    rows = _rows("SELECT container, header, payload, epochs FROM permits.release_words(%s)", [request])
    return {
        c: SealedWords(c, bytes(header), bytes(payload), tuple(epochs)) for c, header, payload, epochs in rows
    }


def decide_identity(
    request: UUID,
    *,
    approved: bool,
    words: SealedWords,
    sha256: bytes,
    released: bytes | None,
    minutes: int | None = None,
    asked_back: bool = False,
) -> bool:
    """Record the decision on an identity or trace request.

    Returns False if this session may not decide it, or if it is already decided. `minutes` is the time that
    an approval to open grants.
    """
    given = [
        request,
        approved,
        words.container,
        words.header,
        words.payload,
        sha256,
        list(words.epochs),
        released,
        minutes,
        asked_back,
    ]
    decided = _rows(
        "SELECT permits.decide_identity(%s, %s, %s, %s, %s, %s, %s::uuid[], %s, %s::integer, %s)", given
    )
    return bool(decided[0][0])


# --- the end of a report (database/functions/disposal.sql) ------------------------------------------------------------


def decide_disposal(
    disposal: UUID, certificate: Mapping[str, Any] | None, true_from: date | None, naming: Sequence[UUID] = ()
) -> str:
    """Dispose of a report, or keep it if `certificate` is None.

    Returns `done`, `kept`, or the reason why not. `naming` lists the notes on other reports
    (`asked_before`) that name it.
    """
    paper = json.dumps(certificate) if certificate is not None else None
    given = [disposal, paper, true_from, list(naming)]
    return str(_rows("SELECT permits.decide_disposal(%s, %s::jsonb, %s, %s::uuid[])", given)[0][0])
