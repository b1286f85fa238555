"""Law 5: what PostgreSQL counts about itself tells nobody when a report came.

The server notes to the microsecond when each table and index was last used, for everybody to read. Here that is asked of
every statistics view and function, as every role, and of the file that a stopped server leaves.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from heedline.casework.contact import messages
from heedline.casework.intake import settle_arrivals
from heedline.casework.keys import directory as key_directory
from heedline.dispatch import clockwork
from heedline.dispatch.clocks import slot_of
from heedline.launch import places, postgres, roles, server
from tests.laws.committed import committed_house, superuser
from tests.laws.test_time_law import SLOT
from tests.support import database, stories
from tests.support.acting import acting
from tests.support.cast import now
from tests.support.scene_people import NORTH_EAST

#: About sessions that are there just now, which go when they end; only the superuser sees them.
OF_SESSIONS = {
    "pg_stat_activity",
    "pg_stat_replication",
    "pg_stat_wal_receiver",
    "pg_stat_subscription",
    "pg_stat_gssapi",
    "pg_stat_ssl",
}
VIEWS = (
    "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'v'"
    " AND (c.relname ~ '^pg_stat(io)?_' OR c.relname = 'pg_locks') ORDER BY 1"
)
#: Every function that counts, tells of others' sessions, or keeps something past the tables.
FUNCTIONS = (
    "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND ("
    " p.proname LIKE 'pg\\_stat\\_%' OR p.proname LIKE 'lo\\_%' OR p.proname IN ('loread', 'lowrite', 'pg_lock_status',"
    " 'pg_blocking_pids', 'pg_current_wal_lsn', 'pg_current_wal_insert_lsn', 'pg_current_wal_flush_lsn',"
    " 'pg_database_size', 'pg_relation_size', 'pg_total_relation_size', 'pg_table_size', 'pg_indexes_size',"
    " 'pg_tablespace_size', 'pg_control_checkpoint', 'pg_logical_emit_message', 'txid_current',"
    " 'txid_current_snapshot', 'txid_status', 'pg_xact_status', 'pg_current_xact_id', 'pg_current_snapshot',"
    " 'pg_current_xact_id_if_assigned', 'pg_xact_commit_timestamp', 'pg_last_committed_xact',"
    " 'pg_get_multixact_members')"
    " OR p.oid = 'age(xid)'::regprocedure)"
)
FORBIDDEN_FILES = (
    "pg_read_file('pg_stat/pgstat.stat')",
    "pg_stat_file('base')",
    "pg_ls_dir('pg_stat')",
    "pg_ls_waldir()",
)


@pytest.fixture
def signed_in() -> Iterator[dict[str, psycopg.Connection[tuple[Any, ...]]]]:
    """Every process, signed in as it does itself."""
    found = {
        process: psycopg.connect(database.cluster().url(process, database.database()), autocommit=True)
        for process in roles.PROCESSES
    }
    yield found
    for connection in found.values():
        connection.close()


@pytest.mark.django_db
def test_no_role_reads_a_statistics_view(signed_in: dict[str, psycopg.Connection[Any]]) -> None:
    with superuser() as db:
        views = [name for (name,) in db.execute(VIEWS).fetchall()]
    assert {"pg_stat_user_tables", "pg_stat_all_indexes", "pg_stat_activity", "pg_statio_all_tables"} <= set(
        views
    )
    for process, connection in signed_in.items():
        for view in views:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(view)))
            assert connection.closed == 0, process


@pytest.mark.django_db
def test_no_role_may_call_what_counts_but_whoever_needs_it() -> None:
    with superuser() as db:
        functions = [name for (name,) in db.execute(FUNCTIONS).fetchall()]
        assert len(functions) > 150
        may = db.execute(
            "SELECT f, r.rolname FROM unnest(%s::text[]) f, pg_roles r WHERE r.rolname LIKE 'heedline\\_%%'"
            " AND r.rolname <> 'heedline_super' AND has_function_privilege(r.oid, f::regprocedure, 'EXECUTE')",
            [functions],
        ).fetchall()
    wanted = {(f, roles.role(who)) for f, given in roles.GIVEN.items() if f in functions for who in given}
    assert set(may) == wanted


@pytest.mark.django_db
@pytest.mark.parametrize("file", FORBIDDEN_FILES)
def test_no_role_reads_a_file_of_the_server(file: str, signed_in: dict[str, psycopg.Connection[Any]]) -> None:
    for connection in signed_in.values():
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT {file}".encode())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT lo_from_bytea(0, 'kept past every table')",
        "SELECT lo_create(0)",
        "DO $$ BEGIN RAISE LOG 'a line of the server''s log'; END $$",
        "SELECT pg_logical_emit_message(false, 'x', 'kept in the log of commits')",
        "CREATE TEMPORARY TABLE kept (words text)",
    ],
)
def test_no_role_keeps_anything_past_the_tables(
    statement: str, signed_in: dict[str, psycopg.Connection[Any]]
) -> None:
    for process, connection in signed_in.items():
        if process == "migrate":
            continue  # it acts as the owner, who makes functions
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
            connection.execute(statement.encode())


def times(db: psycopg.Connection[Any]) -> dict[str, set[datetime]]:
    """Return every time in every statistics view, by view and column."""
    found: dict[str, set[datetime]] = {}
    columns = db.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'pg_catalog'"
        " AND data_type = 'timestamp with time zone' AND table_name ~ '^pg_stat(io)?_'"
    ).fetchall()
    for view, column in columns:
        if view not in OF_SESSIONS:
            name = sql.Identifier(column)
            query = sql.SQL("SELECT {0} FROM {1} WHERE {0} IS NOT NULL").format(name, sql.Identifier(view))
            if column.startswith("last_auto"):
                # Autovacuum comes to every table at moments of its own; only what a submission touches could tell.
                query += sql.SQL(" AND relname = ANY ({})").format(
                    sql.Literal([*clockwork._TABLES, *clockwork._READ])
                )
            rows = db.execute(query)
            found[f"{view}.{column}"] = {moment for (moment,) in rows.fetchall()}
    return found


def test_after_settling_no_statistics_tell_when_something_came(django_db_blocker: Any) -> None:
    with committed_house(django_db_blocker):
        wait = (slot_of(now()) + SLOT - now()).total_seconds()
        if wait < 20:
            time.sleep(wait + 0.1)
        from django.db import connection as here

        with superuser() as db:
            with here.cursor() as cursor:  # what the house was built with is counted before
                cursor.execute("SELECT pg_stat_force_next_flush()")
            time.sleep(0.1)
            began = now()
            assert key_directory._known is not None
            key_directory._known.asked -= 3600  # whoever sends next asks whether there are new keys
            new = stories.new_report(**NORTH_EAST)
            stories.send(new, at=now())
            with acting("public"):
                messages.say(new.code, "one more thing", message_id=uuid4(), at=now())
                messages.visit(new.code, at=now())
            with here.cursor() as cursor:
                cursor.execute("SELECT pg_stat_force_next_flush()")
            ended = now()
            time.sleep(1.2)

            def told() -> set[str]:
                db.execute("SELECT pg_stat_clear_snapshot()")
                return {
                    where for where, moments in times(db).items() if any(began <= m <= ended for m in moments)
                }

            assert {"pg_stat_user_tables.last_idx_scan", "pg_stat_user_indexes.last_idx_scan"} <= told()
            with acting("worker"):
                assert settle_arrivals.settle(began + SLOT) == 1
            used = db.execute(
                "SELECT relname FROM pg_stat_all_tables WHERE last_idx_scan BETWEEN %s AND %s"
                " OR last_seq_scan BETWEEN %s AND %s",
                [began, ended] * 2,
            ).fetchall()
            assert used == []
            assert told() == set()


def test_a_stopped_server_leaves_no_file_of_statistics(tmp_path_factory: pytest.TempPathFactory) -> None:
    cluster = postgres.start(tmp_path_factory.mktemp("stopped") / "home", durable=False)
    try:
        place = places.recorded(cluster.home)
        assert place is not None
        with psycopg.connect(cluster.super_url("heedline"), autocommit=True) as db:
            db.execute("CREATE TABLE read_at_some_time (); SELECT * FROM read_at_some_time")
        postgres.stop(cluster)
        assert server.postmaster(place.data) is None
        assert list((place.data / "pg_stat").iterdir()) == []
        assert postgres.start(cluster.home, durable=False) == cluster, "it starts without the file"
    finally:
        postgres.destroy(cluster)
