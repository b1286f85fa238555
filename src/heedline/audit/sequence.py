"""Sequences the audit log's events and maintains its Merkle tree in the database.

Events are ordered by (generation, xid, id). Only events below the horizon are read, which means those
whose transaction number is lower than that of every transaction still running. Transactions below the
horizon have been committed or never will be, so nothing can appear between two events that have already
been ordered. Writers never wait, and the sequencer never waits for a writer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from heedline.audit.leaves import Sequenced
from heedline.audit.models import Mark
from heedline.audit.tree import EMPTY_ROOT, HASH_SIZE, TILE_WIDTH, Forest, leaf_hash

#: Events in one transaction of the sequencer.
BATCH = 2000
_COLUMNS = "generation, xid, id, at, act, actor, desk, thing, thing_id, outcome, detail"
_AFTER = "(generation, xid, id) > (%s, %s, %s)"
#: Events of an earlier generation were all committed in another cluster: none of them can still be under way here.
_SETTLED = (
    "(generation < (SELECT max(generation) FROM audit_event)"
    " OR xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"
)
_NEXT = (
    f"SELECT {_COLUMNS} FROM audit_event WHERE {_AFTER} AND {_SETTLED} ORDER BY generation, xid, id LIMIT %s"  # noqa: S608
)
_LATER = f"SELECT {_COLUMNS} FROM audit_event WHERE {_AFTER} ORDER BY generation, xid, id LIMIT %s"  # noqa: S608
_SLIPPED_IN = (
    "SELECT EXISTS (SELECT 1 FROM audit_event WHERE id > %s AND (generation, xid, id) <= (%s, %s, %s))"
)
#: Whether an event is not in the tree yet that was written below a horizon (generation, xid).
_WAITING = f"SELECT EXISTS (SELECT 1 FROM audit_event WHERE {_AFTER} AND (generation, xid) < (%s, %s))"  # noqa: S608
_AT = f"SELECT {_COLUMNS} FROM audit_event ORDER BY generation, xid, id LIMIT 1 OFFSET %s"  # noqa: S608
_POSITION_OF = (
    "SELECT count(*) FROM audit_event e, audit_event this"
    " WHERE this.id = %s AND (e.generation, e.xid, e.id) <= (this.generation, this.xid, this.id)"
)
_HORIZON = (
    "SELECT COALESCE((SELECT max(generation) FROM audit_event), 0),"
    " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
)

#: Where an event stands in the order of the log: generation, xid, id.
type Key = tuple[int, int, int]
BEFORE_ALL: Key = (0, 0, 0)


class Broken(Exception):
    """Raised when the log in the database differs from the log that was sequenced.

    `str()` says what does not match.
    """


class StoredTiles:
    """Tree tiles stored in a database table.

    Tiles that have been read or written are cached, unless caching is turned off for a pass over the whole
    tree.
    """

    def __init__(self, *, remember: bool = True) -> None:
        self._remember = remember
        self._known: dict[tuple[int, int], bytes] = {}
        self._changed: set[tuple[int, int]] = set()

    def get(self, level: int, index: int) -> bytes:
        """Return the hashes of a tile."""
        if (level, index) not in self._known:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT hashes FROM audit_tile WHERE level = %s AND number = %s", [level, index]
                )
                found = cursor.fetchone()
            hashes = bytes(found[0]) if found else b""
            if not self._remember:
                return hashes
            self._known[level, index] = hashes
        return self._known[level, index]

    def put(self, level: int, index: int, hashes: bytes) -> None:
        """Set the hashes of a tile, to be written by `save`."""
        self._known[level, index] = hashes
        self._changed.add((level, index))

    def save(self) -> None:
        """Write all changed tiles to the database."""
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO audit_tile (level, number, hashes) VALUES (%s, %s, %s)"
                " ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
                [(level, index, self._known[level, index]) for level, index in sorted(self._changed)],
            )
        self._changed.clear()


@dataclass(frozen=True, slots=True)
class Head:
    """The size, root and generation of the sequenced log."""

    size: int
    root: bytes
    generation: int


def extend(batch: int = BATCH) -> int:
    """Add the next batch of events to the tree in one transaction, and return the number added.

    Concurrent calls take turns. If the process is killed, the tree is left as it was before the call. Raises
    Broken if an event was inserted before those already in the tree, or if the tree's own tiles are missing.
    """
    Mark.objects.bulk_create([Mark(id=1)], ignore_conflicts=True)
    with transaction.atomic():
        mark = Mark.objects.select_for_update().get(id=1)
        _refuse_slipped_in(mark)
        events = [_event(row) for row in _rows(_NEXT, [mark.generation, mark.xid, mark.event, batch])]
        if not events:
            return 0
        hashes = [_hashed(event) for event in events]
        tiles = StoredTiles()
        forest = Forest(tiles, mark.size)
        try:
            forest.append(hashes)
        except ValueError as missing:
            raise Broken(str(missing)) from None
        tiles.save()
        mark.size = forest.size
        mark.generation, mark.xid, mark.event = events[-1].key
        mark.newest = max(mark.newest, *(event.id for event in events))
        mark.save()
    return len(events)


def _refuse_slipped_in(mark: Mark) -> None:
    found = _rows(_SLIPPED_IN, [mark.newest, mark.generation, mark.xid, mark.event])
    if mark.size and found[0][0]:
        raise Broken("An event stands before others that were sequenced earlier")


def head() -> Head:
    """Return the current head of the tree.

    Raises Broken if its tiles are missing.
    """
    mark = Mark.objects.filter(id=1).first()
    if mark is None or mark.size == 0:
        return Head(0, EMPTY_ROOT, 0)
    try:
        return Head(mark.size, forest().root(), mark.generation)
    except ValueError as missing:
        raise Broken(str(missing)) from None


def size() -> int:
    """Return the number of events in the tree."""
    return Mark.objects.filter(id=1).values_list("size", flat=True).first() or 0


def forest() -> Forest:
    """Return the tree as a Forest, for making proofs."""
    mark = Mark.objects.filter(id=1).first()
    return Forest(StoredTiles(), mark.size if mark is not None else 0)


def horizon() -> tuple[int, int]:
    """Return a position (generation and transaction ID) later than that of any event written so far."""
    generation, xid = _rows(_HORIZON, [])[0]
    return int(generation), int(xid)


def events_wait(below: tuple[int, int]) -> bool:
    """Return whether any event before this position has not yet been added to the tree."""
    mark = Mark.objects.filter(id=1).first() or Mark()
    return bool(_rows(_WAITING, [mark.generation, mark.xid, mark.event, *below])[0][0])


def in_order(size: int, after: Key = BEFORE_ALL) -> Iterator[Sequenced]:
    """Yield the next `size` events after `after`, in log order.

    They are read in batches of BATCH.
    """
    while size > 0 and (rows := _rows(_LATER, [*after, min(BATCH, size)])):
        for row in rows:
            event = _event(row)
            yield event
        size -= len(rows)
        after = event.key


def event_at(position: int) -> Sequenced | None:
    """Return the event at a position counted from 0, or None if the log has fewer events."""
    found = _rows(_AT, [position])
    return _event(found[0]) if found else None


def position_of(number: int) -> int | None:
    """Return an event's position in the log, counted from 0, or None if no event has this id."""
    count = int(_rows(_POSITION_OF, [number])[0][0])
    return count - 1 if count else None


# --- looking back ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Patrol:
    """The progress made in rechecking sequenced events against the tree.

    Holds the key of the last event that was checked, the number checked, and the hash state of the log up to
    there.
    """

    after: Key = BEFORE_ALL
    position: int = 0
    begins: bytes = b""


def recheck(patrol: Patrol, count: int = BATCH) -> int:
    """Compare the next sequenced events with their hashes in the tree and return the number read.

    Repeated calls cover every event and then start again from the beginning. Raises Broken at the first
    event that has been changed, removed or inserted.
    """
    with transaction.atomic():
        mark = Mark.objects.select_for_update().filter(id=1).first()
        if mark is None or mark.size == 0:
            return 0
        tiles = StoredTiles()
        begins = tiles.get(0, 0)[:HASH_SIZE]
        if patrol.position >= mark.size or patrol.begins != begins:
            patrol.position, patrol.after, patrol.begins = 0, BEFORE_ALL, begins
        due = min(count, mark.size - patrol.position)
        for event in in_order(due, patrol.after):
            index, place = divmod(patrol.position, TILE_WIDTH)
            start = place * HASH_SIZE
            if tiles.get(0, index)[start : start + HASH_SIZE] != _hashed(event):
                raise Broken(f"Event {patrol.position} is not the one that was sequenced")
            patrol.position += 1
            patrol.after = event.key
            due -= 1
        ended = patrol.position == mark.size and patrol.after != (mark.generation, mark.xid, mark.event)
        if due or ended:
            raise Broken(f"After event {patrol.position} events are missing, or there are too many")
    return count


def _event(row: tuple[Any, ...]) -> Sequenced:
    generation, xid, number, at, act, actor, desk, thing, thing_id, outcome, detail = row
    try:
        said = json.loads(detail) if isinstance(detail, str) else detail
    except (ValueError, RecursionError):
        raise Broken("An event says what no event can say") from None
    return Sequenced(generation, xid, number, at, act, actor, desk, thing, thing_id, outcome, said)


def _hashed(event: Sequenced) -> bytes:
    try:
        return leaf_hash(event.leaf())
    except (ValueError, TypeError, RecursionError):
        raise Broken("An event says what no event can say") from None


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def next_generation() -> int:
    """Start a new generation, under which all later events are written.

    Only the owner can do this, because it changes the default of a table column.
    """
    present = int(_rows("SELECT COALESCE(max(generation), 0) FROM audit_event", [])[0][0])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE audit_event ALTER COLUMN generation SET DEFAULT {present + 1:d}")
    return present + 1
