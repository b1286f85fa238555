"""Import a backup into empty tables, in one transaction as the tables' owner.

If the process is killed, the tables are left empty.

The bodies may be older than the key store that is loaded with them. Ciphertext for which the key store
no longer has a key is dropped, so anything disposed of since the backup is disposed of here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from heedline.backups.dumping import columns_of, schema
from heedline.backups.folder import BackupPart, Manifest, Unfit, blocks, check, read
from heedline.backups.plan import Copied, DeskBackup, Side, copied
from heedline.desk_hooks import register

type Connection = psycopg.Connection[tuple[Any, ...]]
type Halves = Mapping[Side, tuple[Path, Manifest]]

_GONE = "SELECT d.report FROM reports_disposal d WHERE d.done"
#: Rows that are loaded only where this holds. Parts of the key store may belong to reports which older bodies do not have;
#: and of what was disposed of since, what can never be deleted again is not loaded in the first place.
_OF_REPORTS = {
    "reports_sealed_header": "EXISTS (SELECT 1 FROM reports_report r WHERE r.id = b.report_id)"
    # a partner's header is to the payload of another part, and a file's payload is an object in storage
    " AND (b.part = 'partner' OR EXISTS (SELECT 1 FROM reports_file f WHERE f.container = b.container)"
    " OR EXISTS (SELECT 1 FROM reports_derivative v WHERE v.container = b.container) OR EXISTS (SELECT 1 FROM reports_sealed_payload p WHERE p.container = b.container))",
    "reports_identity_share": "EXISTS (SELECT 1 FROM reports_report r WHERE r.id = b.report_id)",
    "reports_step": f"b.report_id NOT IN ({_GONE})",
    "reports_dissemination": f"b.report_id NOT IN ({_GONE})",
    "reports_dip_check": f"b.report_id NOT IN ({_GONE})",
    "reports_identity_request": f"b.report_id NOT IN ({_GONE})",
}
_WITH_THE_REPORT: tuple[LiteralString, ...] = (
    "reports_note_revision",
    "reports_owner_notice",
    "reports_task",
    "reports_derivative",
    "reports_file",
    "reports_translation_text",
    "reports_translation",
    "reports_message",
    "reports_receipt",
    "reports_call_back",
    "reports_hand_over",
    "reports_keeping",
    "reports_review",
    "reports_hold",
)
#: What must hold when everything is in.
_MENDED: tuple[LiteralString, ...] = (
    "DELETE FROM reports_sealed_header h WHERE h.part = 'partner' AND NOT EXISTS"
    " (SELECT 1 FROM reports_dissemination d WHERE h.container IN (d.key, d.answer_key))",
    "DELETE FROM reports_sealed_payload p WHERE NOT EXISTS"
    " (SELECT 1 FROM reports_sealed_header h WHERE h.container = p.container)",
    *(f"DELETE FROM {table} WHERE report_id IN ({_GONE})" for table in _WITH_THE_REPORT),  # noqa: S608
    f"DELETE FROM reports_report WHERE id IN ({_GONE})",  # noqa: S608
    "UPDATE reports_keeping k SET identity_gone_on = COALESCE(k.identity_gone_on, k.identity_until, current_date)"
    " WHERE NOT EXISTS (SELECT 1 FROM reports_sealed_header h WHERE h.report_id = k.report_id AND h.part = 'identity')",
    "UPDATE reports_message SET copy_payload = NULL WHERE copy_header IS NULL AND copy_payload IS NOT NULL",
    "UPDATE reports_report r SET unread = (SELECT count(*) FROM reports_message m WHERE m.report_id = r.id"
    " AND NOT m.from_us AND NOT m.seen) WHERE r.unread > 0",
)
#: The same for the parts and files of specialist desks, whose headers are all in the key store.
_DESK_PARTS_MENDED: tuple[LiteralString, ...] = (
    "DELETE FROM reports_desk_file f WHERE NOT EXISTS"
    " (SELECT 1 FROM reports_desk_part_header h WHERE h.container = f.container)",
    "DELETE FROM reports_desk_part_payload p WHERE NOT EXISTS"
    " (SELECT 1 FROM reports_desk_part_header h WHERE h.container = p.container)",
    "DELETE FROM reports_desk_part_header h WHERE NOT EXISTS"
    " (SELECT 1 FROM reports_desk_part_payload p WHERE p.container = h.container)"
    " AND NOT EXISTS (SELECT 1 FROM reports_desk_file f WHERE f.container = h.container)",
)
_WITHOUT_KEY = (
    "SELECT count(*) FROM reports_report r WHERE NOT EXISTS"
    " (SELECT 1 FROM reports_sealed_header h WHERE h.report_id = r.id AND h.part = 'report')"
)


def believed(backups: Mapping[Side, Path], told: Callable[[str], None]) -> Halves:
    """Read and verify both sides of a backup before anything is loaded.

    Raises Unfit if a half is damaged or the halves do not match.
    """
    halves = {side: (place, read(place)) for side, place in backups.items()}
    fits_together(halves)
    for place, manifest in halves.values():
        check(place, manifest, told)
    return halves


def fits_together(halves: Halves) -> None:
    """Raise Unfit if the two sides do not belong to the same backup.

    They must come from the same installation, and the key store must not be older than the bodies.
    """
    bodies, keys = halves[Side.BODIES][1], halves[Side.KEYS][1]
    for side, (folder, manifest) in halves.items():
        if manifest.side != side:
            raise Unfit(f"{folder} holds the other half: {manifest.side}.")
    if (bodies.installation, bodies.born, bodies.schema) != (keys.installation, keys.born, keys.schema):
        raise Unfit("The two halves do not belong to the same installation and release.")
    if keys.events < bodies.events:
        raise Unfit("The key store is older than the bodies. Take one of the same day or later.")


def refuse_unfit(connection: Connection, manifest: Manifest, *, installation: str, demo: bool) -> None:
    """Raise Unfit unless this database can receive the backup.

    It must be empty, of the same release, and of the same kind (demo or live) as the backup. Must be called
    inside `as_owner`.
    """
    if manifest.installation != installation:
        raise Unfit("This instance is set up as another installation (HEEDLINE_INSTALLATION).")
    if (manifest.born == "demo") != demo:
        raise Unfit(
            f"What was born {manifest.born} stays so: it cannot be restored into {'a demo' if demo else 'a live'} instance."
        )
    if manifest.schema != schema(connection):
        raise Unfit(
            "The tables are of another release. Install the release that made the backup, restore, then upgrade."
        )
    for table in dict.fromkeys(one.table for one in copied()):
        row = connection.execute(
            sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(table))
        ).fetchone()
        if row and row[0]:
            raise Unfit("This database is not empty. A restore never writes over what is there.")


@contextmanager
def as_owner(connection: Connection) -> Iterator[None]:
    """Suspend row-level security for the tables' owner within the block.

    Row-level security normally binds the owner as well. Must be used inside a transaction, so that other
    sessions do not see the change.
    """
    walled = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relforcerowsecurity"
    ).fetchall()
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for (table,) in walled:
        connection.execute(
            sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(sql.Identifier(table))
        )
    yield
    for (table,) in walled:
        connection.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(sql.Identifier(table)))


def copy_in(connection: Connection, halves: Halves, told: Callable[[str], None]) -> None:
    """Load all parts, in the order of the plan.

    Raises Unfit if a part does not match the tables.
    """
    plan = copied()
    for number, one in enumerate(plan, 1):
        folder, manifest = halves[one.side]
        parts = [
            part for part in manifest.parts if part.file.startswith(f"{one.name}.") and _is_of(part, one)
        ]
        if not parts:
            raise Unfit(f"The backup has no part for {one.name}.")
        for part in parts:
            if part.columns != columns_of(connection, one):
                raise Unfit(f"{part.file} has other columns than the table.")
            told(f"{one.side}: {part.file} ({number} of {len(plan)} tables)")
            _load(connection, one, part, folder / part.file)
        _count_on(connection, one.table)
    for statement in (
        *_MENDED,
        *_DESK_PARTS_MENDED,
        *(one for hook in register.hooks(DeskBackup) for one in hook.mended),
    ):
        connection.execute(statement)
    missing = connection.execute(_WITHOUT_KEY).fetchone()
    if missing and missing[0]:
        raise Unfit(f"{missing[0]} reports have no key in this key store. Take another one.")


def _is_of(part: BackupPart, one: Copied) -> bool:
    """Return whether a part belongs to this entry of the plan.

    A table may have one entry for whole rows and another that fills in columns.
    """
    return part.table == one.table and (len(part.columns) == len(one.only) + 1 if one.fill else not one.only)


def _load(connection: Connection, one: Copied, part: BackupPart, file: Path) -> None:
    table = sql.Identifier(one.table)
    names = sql.SQL(", ").join(map(sql.Identifier, part.columns))
    aside = one.fill or one.table in _OF_REPORTS
    if aside:
        connection.execute(
            sql.SQL("CREATE TEMP TABLE brought ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                names, table
            )
        )
    into = sql.Identifier("brought") if aside else table
    with connection.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(into, names)) as rows:
            for block in blocks(file):
                rows.write(block)
        if cursor.rowcount != part.rows:
            raise Unfit(f"{part.file} has {cursor.rowcount} rows, and the manifest says {part.rows}.")
    if one.fill:
        connection.execute(
            sql.SQL("UPDATE {} t SET {} FROM brought b WHERE b.{} = t.{}").format(
                table,
                sql.SQL(", ").join(
                    sql.SQL("{} = b.{}").format(sql.Identifier(name), sql.Identifier(name))
                    for name in one.only
                ),
                sql.Identifier(one.order),
                sql.Identifier(one.order),
            )
        )
    elif aside:
        connection.execute(
            sql.SQL("INSERT INTO {} ({}) SELECT {} FROM brought b WHERE {}").format(
                table, names, names, sql.SQL(_OF_REPORTS[one.table])
            )
        )
    if aside:
        connection.execute("DROP TABLE brought")


def _count_on(connection: Connection, table: str) -> None:
    """Advance the table's sequences past the highest number in use."""
    counted = connection.execute(
        "SELECT attname, pg_get_serial_sequence(%s, attname) FROM pg_attribute WHERE attrelid = %s::regclass"
        " AND attnum > 0 AND NOT attisdropped AND pg_get_serial_sequence(%s, attname) IS NOT NULL",
        [table, table, table],
    ).fetchall()
    for column, sequence in counted:
        connection.execute(
            sql.SQL("SELECT setval({}, GREATEST((SELECT COALESCE(max({}), 0) FROM {}), 1))").format(
                sql.Literal(sequence), sql.Identifier(column), sql.Identifier(table)
            )
        )
