"""Call the database functions that retire epochs (`database/functions/readdressing.sql`).

Each function checks the session itself.
"""

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
    """The header of a sealed part that is addressed to a retired epoch."""

    container: UUID
    header: bytes = field(repr=False)


@dataclass(frozen=True)
class ShareToMove:
    """A share of an identity key that is sealed to a retired epoch.

    `share` is 1 for the desk's and 2 for the authorisers'.
    """

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
    """Mark an epoch as retired.

    Returns False if it does not belong to this session's desks, or if no epoch would be left to seal to.
    """
    return bool(_rows("SELECT permits.retire_epoch(%s)", [epoch])[0][0])


def retired(desk: UUID) -> tuple[UUID, ...]:
    """Return this desk's retired epochs that have not been destroyed yet.

    There are none if the session does not work there.
    """
    return tuple(_rows("SELECT permits.my_retired(%s)", [desk])[0][0])


def headers_to_move(desk: UUID, *, after: UUID, most: int) -> list[HeaderToMove]:
    """Return a batch of headers that must be re-addressed, in order of container id."""
    rows = _rows("SELECT container, header FROM permits.headers_to_move(%s, %s, %s)", [desk, after, most])
    return [HeaderToMove(container, bytes(header)) for container, header in rows]


def shares_to_move(desk: UUID, *, after: UUID, most: int) -> list[ShareToMove]:
    """Return a batch of key shares that must be re-addressed, in order of id."""
    rows = _rows(
        "SELECT id, container, share, sealed FROM permits.shares_to_move(%s, %s, %s)", [desk, after, most]
    )
    return [ShareToMove(one, container, share, bytes(sealed)) for one, container, share, sealed in rows]


def move_headers(desk: UUID, to: UUID, moved: Sequence[tuple[HeaderToMove, bytes]]) -> int:
    """Replace headers that are unchanged since they were read, and return how many were replaced."""
    given = [
        [old.container for old, _ in moved],
        [old.header for old, _ in moved],
        [new for _, new in moved],
    ]
    sql = "SELECT permits.move_headers(%s, %s, %s::uuid[], %s::bytea[], %s::bytea[])"
    return int(_rows(sql, [desk, to, *given])[0][0])


def move_shares(desk: UUID, to: UUID, moved: Sequence[tuple[ShareToMove, bytes]]) -> int:
    """Replace key shares that are unchanged since they were read, and return how many were replaced."""
    given = [[old.id for old, _ in moved], [old.sealed for old, _ in moved], [new for _, new in moved]]
    sql = "SELECT permits.move_shares(%s, %s, %s::uuid[], %s::bytea[], %s::bytea[])"
    return int(_rows(sql, [desk, to, *given])[0][0])


def left_to_move(desk: UUID) -> tuple[int, int]:
    """Return the numbers of headers and of key shares that are still sealed to retired epochs."""
    headers, shares = _rows("SELECT headers, shares FROM permits.left_to_move(%s)", [desk])[0]
    return headers, shares


def destroy_epoch(epoch: UUID) -> str:
    """Destroy a retired epoch and return the result code.

    The code is `destroyed`, `not-yours`, `too-early` or `still-used`.
    """
    return str(_rows("SELECT permits.destroy_epoch(%s)", [epoch])[0][0])
