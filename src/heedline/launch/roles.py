"""Set up the cluster's roles and databases: who may log in, own objects or switch roles.

The migrations define what each role may do to each table (`database/roles`). Here the roles are only
created. All functions can be run again, and bring a cluster to the described state whatever its state
was before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from heedline.launch import CannotStart

#: The processes that sign in, each under `heedline_<process>`.
PROCESSES = ("public", "office", "worker", "migrate", "backup", "partner", "files")
#: Owners of tables and of functions. Nobody signs in as one of these.
OWNERS = ("owner", "door", "usher", "settler")
SUPERUSER = "heedline_super"
DATABASE = "heedline"
#: The only settings that roles have of their own. A role may change its own settings and its own password: both are reset
#: at every start, and `heedline doctor` tells of any other setting.
SETTINGS = {
    "backup": {"default_transaction_read_only": "on"},
    # It looks everything up by a key. A session that first stores a report while there are few keeps a plan that reads the
    # whole table to check each reference; without this, a rush on a new installation gets dearer with every report, until
    # the database has counted its rows.
    "public": {"enable_seqscan": "off"},
}
#: Who works one at a time (`dispatch.turns`, `clockwork.settle`).
TAKES_TURNS = ("worker", "settler")
#: Who may write events into the log, each with the number of its transaction.
_WRITES_THE_LOG = ("owner", "office", "partner", "worker", "usher", "settler")
#: Functions of PostgreSQL that everybody may call in a new database and nobody may here, but whom `GIVEN` names:
#: locks by number (whoever held the pager's would keep everybody from being paged), statistics and other counters of
#: what happens (they tell when a report came, to the microsecond), and large objects and the log of commits, which
#: would keep what a process writes past every table.
_TAKEN = (
    r"^pg_(try_)?advisory_|^pg_stat_|^pg_lock_status$|blocking_pids$|^pg_isolation_test|^pg_notification_queue_usage$"
    r"|^pg_current_(xact_id|snapshot|wal)|^txid_|^pg_xact_|^pg_get_multixact|^pg_last_committed_xact$|^pg_control_"
    r"|^pg_get_wal_|^pg_\w+_size$"
    r"|^lo_|^lo(read|write)$|^pg_logical_emit_message$"
)
#: Views over the same.
_TAKEN_VIEWS = r"^pg_stat(io)?_|^pg_locks$"
#: Function → who needs it.
GIVEN: dict[str, tuple[str, ...]] = {
    # The worker ends the present segment of the write-ahead log, which has the exact time of every commit, when a
    # quarter hour is over, and forgets when tables were last used.
    "pg_switch_wal()": ("worker",),
    # How far the standbys are behind, which it gives to the operator's monitoring in bands.
    "pg_current_wal_lsn()": ("worker",),
    "pg_stat_reset_single_table_counters(oid)": ("worker",),
    "pg_relation_size(regclass)": ("worker",),
    "pg_relation_size(regclass,text)": ("worker",),
    # How much room the drafts take: a new one is refused when they have used it up.
    "pg_total_relation_size(regclass)": ("door",),
    "pg_current_snapshot()": ("worker", "owner"),
    "pg_current_xact_id()": _WRITES_THE_LOG,
    "pg_current_xact_id_if_assigned()": ("door",),
    # The answer that a report is already stored has to wait for the standby as the report did.
    "pg_logical_emit_message(boolean,text,text,boolean)": ("door",),
}

type Connection = psycopg.Connection[tuple[Any, ...]]


def role(name: str) -> str:
    """Return the database role name of a process or owner."""
    if name not in PROCESSES + OWNERS:
        raise ValueError("No such process or owner")
    return f"heedline_{name}"


def settle(connection: Connection, passwords: Mapping[str, str]) -> None:
    """Restore the roles and the `heedline` database to their intended state, undoing any changes.

    `connection` is the superuser's, in autocommit mode. `passwords` has one for every process. A password is sent only as its SCRAM verifier, so that no statement, activity list or log ever holds a password.
    """
    with connection.transaction():
        _settle_roles(connection, passwords)
    held = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
    if held is None:
        create_database(connection, DATABASE)
    else:
        open_to_processes(connection, DATABASE)
    for other in ("postgres", "template1"):
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(other)))


def forget_sign_in_proofs(connection: Connection, sites: Sequence[str]) -> None:
    """Delete the hashes that identify the servers of these sites to the database.

    The first server that starts stores the hash for its SECRET_KEY. Raises CannotStart, and deletes nothing, while a server of
    these sites is connected: it would go on with the former key, and the next one could start with another.
    """
    with psycopg.connect(
        connection.info.dsn, dbname=DATABASE, password=connection.info.password, autocommit=True
    ) as inside:
        connected = inside.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = %s AND usename = ANY(%s)",
            [DATABASE, [role(site) for site in sites]],
        ).fetchall()
        if connected:
            running = ", ".join(sorted(site for site in sites if (role(site),) in connected))
            raise CannotStart(f"Stop the servers and poolers of these sites first: {running}.")
        inside.execute("DELETE FROM public.permits_sign_in_proof WHERE site = ANY(%s)", [list(sites)])


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
    _reset_settings(connection)
    connection.execute(sql.SQL("GRANT pg_checkpoint TO {}").format(sql.Identifier(role("worker"))))
    # Migrations act as the owners by SET ROLE, and never by simply being them; the owner hands functions to the
    # other three, for which it must be able to become each.
    for member, group in [("migrate", name) for name in OWNERS] + [("owner", name) for name in OWNERS[1:]]:
        connection.execute(
            sql.SQL("GRANT {} TO {} WITH SET TRUE, INHERIT FALSE").format(
                sql.Identifier(role(group)), sql.Identifier(role(member))
            )
        )


def _reset_settings(connection: Connection) -> None:
    """Reset the settings of individual roles and databases.

    A role could otherwise switch off for itself what makes commits durable.
    """
    changed = connection.execute(
        "SELECT d.datname, r.rolname FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase"
        " LEFT JOIN pg_roles r ON r.oid = s.setrole"
    ).fetchall()
    for database, name in changed:
        if name is None:
            reset = sql.SQL("ALTER DATABASE {} RESET ALL").format(sql.Identifier(database))
        elif database is None:
            reset = sql.SQL("ALTER ROLE {} RESET ALL").format(sql.Identifier(name))
        else:
            reset = sql.SQL("ALTER ROLE {} IN DATABASE {} RESET ALL").format(
                sql.Identifier(name), sql.Identifier(database)
            )
        connection.execute(reset)
    for process, settings in SETTINGS.items():
        for setting, value in settings.items():
            connection.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    sql.Identifier(role(process)), sql.Identifier(setting), sql.Literal(value)
                )
            )


def create_database(connection: Connection, name: str, *, template: str = "template0") -> None:
    """Create a database owned by the owner role, to which only the process roles may connect.

    A copy of another such database already has the same rights inside it.
    """
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(role("owner")), sql.Identifier(template)
        )
    )
    if template == "template0":
        open_to_processes(connection, name)
    else:
        _let_connect(connection, name)


def open_to_processes(connection: Connection, name: str) -> None:
    """Allow only the process roles to connect to a database, and revoke rights that reveal too much."""
    _let_connect(connection, name)
    # Rights on PostgreSQL's own functions are stored in each database, so they are revoked from inside it.
    with psycopg.connect(
        connection.info.dsn, dbname=name, password=connection.info.password, autocommit=True
    ) as inside:
        _take_from_everybody(inside)


def _let_connect(connection: Connection, name: str) -> None:
    database = sql.Identifier(name)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
            database, sql.SQL(", ").join(sql.Identifier(role(name)) for name in PROCESSES)
        )
    )


def _take_from_everybody(inside: Connection) -> None:
    """Revoke public access to PostgreSQL functions, views and languages that reveal or store too much.

    Only the roles that need them keep access.
    """
    functions = inside.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace"
        " AND (p.proname ~ %s OR p.oid = ANY (ARRAY['age(xid)', 'mxid_age(xid)']::regprocedure[]))"
        " AND has_function_privilege('public', p.oid, 'EXECUTE')",
        [_TAKEN],
    ).fetchall()
    views = inside.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'v'"
        " AND c.relname ~ %s AND has_table_privilege('public', c.oid, 'SELECT')",
        [_TAKEN_VIEWS],
    ).fetchall()
    locks = inside.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace"
        " AND p.proname ~ '^pg_(try_)?advisory_'"
    ).fetchall()
    statements = [f"REVOKE ALL ON FUNCTION pg_catalog.{function} FROM PUBLIC" for (function,) in functions]
    statements += [f"REVOKE ALL ON pg_catalog.{view} FROM PUBLIC" for (view,) in views]
    given = GIVEN | {function: TAKES_TURNS for (function,) in locks}
    statements += [
        f"GRANT EXECUTE ON FUNCTION pg_catalog.{function} TO {', '.join(map(role, who))}"
        for function, who in given.items()
    ]
    # With a language goes DO, and with DO a line of the server's log that says whatever somebody wants.
    statements.append("REVOKE ALL ON LANGUAGE plpgsql FROM PUBLIC")
    statements.append(f"GRANT USAGE ON LANGUAGE plpgsql TO {', '.join(map(role, OWNERS))}")
    inside.execute("; ".join(statements).encode())
