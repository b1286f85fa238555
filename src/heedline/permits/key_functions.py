"""Call the database functions for keys that end (`database/functions/readdressing.sql`). Each checks the session itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

#: Where a walk over ids begins.
START = UUID(int=0)


@dataclass(frozen=True)
class HeaderToMove:
    """The header of one sealed part that lies under a retired epoch."""

    container: UUID
    header: bytes = field(repr=False)


@dataclass(frozen=True)
class ShareToMove:
    """One half of an identity's key that lies under a retired epoch. `share`: 1 the desk's, 2 the authorisers'."""

    id: UUID
    container: UUID
    share: int
    sealed: bytes = field(repr=False)


def _rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def retire_epoch(epoch: UUID) -> bool:
    """Mark an epoch as retired. False when it is not of this session's desks, or none would be left to seal to."""
    return bool(_rows("SELECT permits.retire_epoch(%s)", [epoch])[0][0])


def retired(desk: UUID) -> tuple[UUID, ...]:
    """Return the retired epochs of this desk that are not yet destroyed.

    There are none if the session does not work there.
    """
    return tuple(_rows("SELECT permits.my_retired(%s)", [desk])[0][0])


def headers_to_move(desk: UUID, *, after: UUID, most: int) -> list[HeaderToMove]:
    """Return the next headers to move, in order of their ids, at most 1,000."""
    rows = _rows("SELECT container, header FROM permits.headers_to_move(%s, %s, %s)", [desk, after, most])
    return [HeaderToMove(container, bytes(header)) for container, header in rows]


def shares_to_move(desk: UUID, *, after: UUID, most: int) -> list[ShareToMove]:
    """Return the next halves to move, in order of their ids, at most 1,000."""
    rows = _rows(
        "SELECT id, container, share, sealed FROM permits.shares_to_move(%s, %s, %s)", [desk, after, most]
    )
    return [ShareToMove(one, container, share, bytes(sealed)) for one, container, share, sealed in rows]


def move_headers(desk: UUID, to: UUID, moved: Sequence[tuple[HeaderToMove, bytes]]) -> int:
    """Replace unchanged old headers with new ones and return how many were replaced."""
    given = [
        [old.container for old, _ in moved],
        [old.header for old, _ in moved],
        [new for _, new in moved],
    ]
    sql = "SELECT permits.move_headers(%s, %s, %s::uuid[], %s::bytea[], %s::bytea[])"
    return int(_rows(sql, [desk, to, *given])[0][0])


def move_shares(desk: UUID, to: UUID, moved: Sequence[tuple[ShareToMove, bytes]]) -> int:
    """Replace unchanged old sealed halves with new ones and return how many were replaced."""
    given = [[old.id for old, _ in moved], [old.sealed for old, _ in moved], [new for _, new in moved]]
    sql = "SELECT permits.move_shares(%s, %s, %s::uuid[], %s::bytea[], %s::bytea[])"
    return int(_rows(sql, [desk, to, *given])[0][0])


def left_to_move(desk: UUID) -> tuple[int, int]:
    """Return the numbers of headers and of halves that are still sealed to retired epochs."""
    headers, shares = _rows("SELECT headers, shares FROM permits.left_to_move(%s)", [desk])[0]
    return headers, shares


def destroy_epoch(epoch: UUID) -> str:
    """End an epoch: `destroyed`, `not-yours`, `too-early` or `still-used`."""
    return str(_rows("SELECT permits.destroy_epoch(%s)", [epoch])[0][0])
