"""The cluster's roles and databases: who may sign in, who owns, who may become whom.

What each role may do to which table is the migrations' business (`database/roles`); here they only come to exist.
Everything can be run again: it brings a cluster to the state described, whatever it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

#: The processes that sign in, each under `heedline_<process>`.
PROCESSES = ("public", "office", "worker", "migrate", "backup", "partner", "files")
#: Owners of tables and of functions. Nobody signs in as one of these.
OWNERS = ("owner", "door", "usher", "settler")
SUPERUSER = "heedline_super"
DATABASE = "heedline"
#: Counts up when `settle` changes, so that standing clusters are brought up to date at their next start.
EDITION = 4

type Connection = psycopg.Connection[tuple[Any, ...]]


def role(name: str) -> str:
    """Return the database's name for a process or owner."""
    if name not in PROCESSES + OWNERS:
        raise ValueError("No such process or owner")
    return f"heedline_{name}"


def settle(connection: Connection, passwords: Mapping[str, str]) -> None:
    """Bring roles and the database `heedline` to what they should be; a single look when they are already.

    `connection` is the superuser's, in autocommit. `passwords` has one for every process. A password is sent as its
    SCRAM verifier only, so that no statement, list of activities or log ever holds one.
    """
    secrets = "".join(f"{name}={passwords[name]};" for name in PROCESSES)
    mark = f"Heedline {EDITION} {hashlib.sha256(secrets.encode()).hexdigest()[:16]}"
    held = connection.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [DATABASE]
    ).fetchone()
    if held == (mark,):
        return
    with connection.transaction():
        _settle_roles(connection, passwords)
    if held is None:
        create_database(connection, DATABASE)
    else:
        open_to_processes(connection, DATABASE)
    for other in ("postgres", "template1"):
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(other)))
    connection.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(DATABASE), sql.Literal(mark))
    )


def _settle_roles(connection: Connection, passwords: Mapping[str, str]) -> None:
    present = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
    for name in PROCESSES + OWNERS:
        known = sql.Identifier(role(name))
        if role(name) not in present:
            connection.execute(sql.SQL("CREATE ROLE {}").format(known))
        rights = sql.SQL("{login} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION {rows}").format(
            login=sql.SQL("LOGIN" if name in PROCESSES else "NOLOGIN"),
            rows=sql.SQL("BYPASSRLS" if name == "backup" else "NOBYPASSRLS"),
        )
        connection.execute(sql.SQL("ALTER ROLE {} {}").format(known, rights))
        if name in PROCESSES:
            verifier = connection.pgconn.encrypt_password(
                passwords[name].encode(), role(name).encode(), b"scram-sha-256"
            ).decode()
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(known, sql.Literal(verifier)))
    # A dump reads and never writes. (Not pg_read_all_data: that would read the verifiers of passwords too. The
    # migrations grant SELECT, table by table.)
    connection.execute(
        sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(sql.Identifier(role("backup")))
    )
    connection.execute(sql.SQL("GRANT pg_checkpoint TO {}").format(sql.Identifier(role("worker"))))
    # Migrations act as the owners by SET ROLE, and never by simply being them; the owner hands functions to the
    # other three, for which it must be able to become each.
    for member, group in [("migrate", name) for name in OWNERS] + [("owner", name) for name in OWNERS[1:]]:
        connection.execute(
            sql.SQL("GRANT {} TO {} WITH SET TRUE, INHERIT FALSE").format(
                sql.Identifier(role(group)), sql.Identifier(role(member))
            )
        )


def create_database(connection: Connection, name: str, *, template: str = "template0") -> None:
    """Create a database that the owner owns and that only the processes may enter."""
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(role("owner")), sql.Identifier(template)
        )
    )
    open_to_processes(connection, name)


def open_to_processes(connection: Connection, name: str) -> None:
    """Let the processes, and nobody else, connect to a database."""
    database = sql.Identifier(name)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
            database, sql.SQL(", ").join(sql.Identifier(role(name)) for name in PROCESSES)
        )
    )
    # Rights on the server's own functions are held in each database, so this is said inside it. The worker ends the
    # present segment of the write-ahead log, which has the exact time of every commit, when a quarter hour is over.
    with psycopg.connect(
        connection.info.dsn, dbname=name, password=connection.info.password, autocommit=True
    ) as inside:
        # It also forgets when tables were last used, which the server keeps to the microsecond.
        for function in ("pg_switch_wal()", "pg_stat_reset_single_table_counters(oid)"):
            inside.execute(
                sql.SQL("GRANT EXECUTE ON FUNCTION pg_catalog.{} TO {}").format(
                    sql.SQL(function), sql.Identifier(role("worker"))
                )
            )
        _keep_locks(inside)


#: Who works one at a time (`dispatch.turns`, `clockwork.settle`).
TAKES_TURNS = ("worker", "settler")


def _keep_locks(inside: Connection) -> None:
    """A lock by a number may be taken by anybody who is let in, and whoever held the pager's would keep everybody from
    being paged. So only those who take turns may take any."""
    locks = inside.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace"
        " AND p.proname ~ '^pg_(try_)?advisory_'"
    ).fetchall()
    takers = ", ".join(role(name) for name in TAKES_TURNS)
    for (function,) in locks:
        inside.execute(f"REVOKE ALL ON FUNCTION pg_catalog.{function} FROM PUBLIC".encode())
        inside.execute(f"GRANT EXECUTE ON FUNCTION pg_catalog.{function} TO {takers}".encode())
