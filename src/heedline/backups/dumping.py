"""Export the database for a backup.

Everything is read in one transaction from a single snapshot, in the order of ids, with one mebibyte in
memory at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from heedline.backups.folder import BackupWriter, Manifest
from heedline.backups.plan import Copied, Side, copied, of_side

type Connection = psycopg.Connection[tuple[Any, ...]]

#: A range of a large table has about this many rows, so that little is written again after an interruption.
ROWS_A_RANGE = 2_000
_MOST_RANGES = 256
#: Tables whose rows name objects in the storage of files.
_WITH_OBJECTS = {"reports_file", "reports_derivative", "reports_desk_file"}


@dataclass(frozen=True, slots=True)
class Moment:
    """The installation's state as seen by the backup's transaction."""

    installation: str
    born: str
    schema: str
    events: int
    checkpoint: str


def note(connection: Connection, *, bodies: bool) -> None:
    """Record in the log that a backup is about to be made.

    The event says whether everything or only the key store is to be copied. It is committed before the first
    byte is copied.
    """
    connection.execute("BEGIN READ WRITE")
    connection.execute("SELECT clockwork.note_backup(%s)", [bodies])
    connection.execute("COMMIT")


def see_one_moment(connection: Connection) -> None:
    """Begin a read-only transaction in which every read sees the same snapshot."""
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


def moment(connection: Connection) -> Moment:
    """Return the installation's identity and its state in this snapshot.

    Raises LookupError if the database was never set up.
    """
    born = connection.execute("SELECT born, installation FROM desks_installation").fetchone()
    if born is None:
        raise LookupError("This database holds no installation yet: there is nothing to back up.")
    events = connection.execute("SELECT count(*) FROM audit_event").fetchone()
    note = connection.execute(
        "SELECT note FROM audit_checkpoint ORDER BY generation DESC, size DESC LIMIT 1"
    ).fetchone()
    return Moment(
        born[1], born[0], schema(connection), int(events[0]) if events else 0, note[0] if note else ""
    )


def schema(connection: Connection) -> str:
    """Return a hash of the names of all migrations applied to the database."""
    names = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return hashlib.sha256("\n".join(name for (name,) in names).encode()).hexdigest()[:16]


def columns_of(connection: Connection, one: Copied) -> tuple[str, ...]:
    """Return the columns of a table that belong to this side of the backup, in the table's order."""
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum",
        [f"public.{one.table}"],
    ).fetchall()
    names = tuple(str(name) for (name,) in found)
    if one.fill:
        return (one.order, *(name for name in names if name in one.only))
    return tuple(name for name in names if name not in one.without)


def copy_out(
    connection: Connection, side: Side, into: BackupWriter, *, running: datetime, told: Callable[[str], None]
) -> None:
    """Write every part of one side of the backup.

    `running` is the start of the current quarter hour.
    """
    plan = of_side(side)
    for number, one in enumerate(plan, 1):
        told(f"{side}: {one.name} ({number} of {len(plan)})")
        columns = columns_of(connection, one)
        if not one.ranges:
            _part(connection, one, columns, f"{one.name}.copy", _all_rows(one, running), into)
            continue
        ranges = list(_ranges(connection, one))
        for place, (first, last) in enumerate(ranges, 1):
            told(f"{side}: {one.name}, range {place} of {len(ranges)}")
            chosen = sql.SQL("{} AND {} BETWEEN {} AND {}").format(
                _all_rows(one, running), sql.Identifier(one.order), sql.Literal(first), sql.Literal(last)
            )
            file = f"{one.name}.{first[:2]}-{last[:2]}.copy"
            _part(connection, one, columns, file, chosen, into, mark=_mark(connection, one, chosen))


def objects_of(connection: Connection, *, running: datetime) -> list[tuple[UUID, int]]:
    """Return the stored objects to which the copied rows refer, with their sizes."""
    found: list[tuple[UUID, int]] = []
    for one in copied():
        if one.table in _WITH_OBJECTS:
            asked = sql.SQL("SELECT object, size FROM {} b WHERE {} ORDER BY object").format(
                sql.Identifier(one.table), _all_rows(one, running)
            )
            found += [(name, size) for name, size in connection.execute(asked)]
    return found


def manifest_of(
    seen: Moment, side: Side, run: str, root: str, running: datetime, into: BackupWriter
) -> Manifest:
    """Return the manifest for one completed side of the backup (keys or bodies)."""
    return Manifest(
        side=str(side),
        run=run,
        taken=running.isoformat(),
        installation=seen.installation,
        born=seen.born,
        root=root,
        schema=seen.schema,
        events=seen.events,
        checkpoint=seen.checkpoint,
        parts=tuple(into.parts.values()),
    )


def _all_rows(one: Copied, running: datetime) -> sql.Composed:
    return sql.SQL("({})").format(sql.SQL(one.where).format(running=sql.Literal(running)))


def _ranges(connection: Connection, one: Copied) -> Iterator[tuple[str, str]]:
    """Yield (first, last) id ranges that together cover the whole UUID space.

    The ranges depend only on the number of rows, and never on when they arrived.
    """
    found = connection.execute(
        sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(one.table))
    ).fetchone()
    count = 1
    while count < _MOST_RANGES and found and found[0] > count * ROWS_A_RANGE:
        count *= 2
    step = 256 // count
    for first in range(0, 256, step):
        low, high = f"{first:02x}", f"{first + step - 1:02x}"
        yield f"{low}000000-0000-0000-0000-000000000000", f"{high}ffffff-ffff-ffff-ffff-ffffffffffff"


def _mark(connection: Connection, one: Copied, chosen: sql.Composed) -> str:
    """Return a hash that identifies the rows of a range.

    It covers the id, payload length and stored hash of each row. Payloads themselves never change.
    """
    found = connection.execute(
        sql.SQL(
            "SELECT encode(sha256(COALESCE(string_agg(uuid_send({id}) || int4send(octet_length(payload)) || sha256,"
            " ''::bytea ORDER BY {id}), ''::bytea)), 'hex') FROM {table} WHERE {chosen}"
        ).format(id=sql.Identifier(one.order), table=sql.Identifier(one.table), chosen=chosen)
    ).fetchone()
    return str(found[0]) if found else ""


def _part(
    connection: Connection,
    one: Copied,
    columns: tuple[str, ...],
    file: str,
    chosen: sql.Composed,
    into: BackupWriter,
    mark: str = "",
) -> None:
    if into.still_good(file, columns, mark):
        return
    statement = sql.SQL("COPY (SELECT {} FROM {} WHERE {} ORDER BY {}) TO STDOUT (FORMAT binary)").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(one.table),
        chosen,
        sql.SQL(one.order),
    )
    with into.part(file, one.table, columns, mark) as sink, connection.cursor() as cursor:
        with cursor.copy(statement) as rows:
            for block in rows:
                sink.write(block)
        sink.rows = cursor.rowcount
