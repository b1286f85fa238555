"""A kept connection is looked at before it is used: one that the server ended is replaced, and nobody notices."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import psycopg
import pytest
from django.db import DataError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from heedline.casework.access import session as access_session
from heedline.casework.access.session_store import SessionStore, keys_of
from heedline.config import databases
from heedline.config.databases import database_settings
from heedline.jobs.doctor import checks
from heedline.launch import CannotStart
from heedline.permits import functions
from tests.support import database
from tests.support.cast import House, now

pytestmark = pytest.mark.django_db
_WHO = "SELECT pg_backend_pid()"


@pytest.fixture
def kept() -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own, as a thread of a site keeps one from request to request."""
    made = connections.create_connection("default")
    made.settings_dict = {**made.settings_dict, "NAME": database.database()}
    try:
        yield made
    finally:
        made.close()


def _session(kept: BaseDatabaseWrapper) -> int:
    with kept.cursor() as cursor:
        cursor.execute(_WHO)
        found = cursor.fetchone()
    assert found
    return int(found[0])


def _other() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(database.cluster().super_url(database.database()), autocommit=True)


def _next_request(kept: BaseDatabaseWrapper) -> None:
    """What Django does when a request begins."""
    kept.close_if_unusable_or_obsolete()


def test_a_standing_connection_is_kept_and_nothing_is_asked(kept: BaseDatabaseWrapper) -> None:
    first = _session(kept)
    kept.health_check_done, kept.health_check_enabled = False, True
    _next_request(kept)
    kept.close_if_health_check_failed()
    assert kept.is_usable()
    with _other() as other:
        last = other.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [first]).fetchone()
    assert last == (_WHO,)
    assert _session(kept) == first


def test_a_session_that_the_server_ended_is_replaced_before_the_next_statement(
    kept: BaseDatabaseWrapper,
) -> None:
    first = _session(kept)
    with _other() as other:
        other.execute("SELECT pg_terminate_backend(%s, 60000)", [first])
    assert not kept.is_usable()
    _next_request(kept)
    assert _session(kept) != first


def test_the_first_call_of_a_request_replaces_an_ended_session(kept: Any) -> None:
    first = _session(kept)
    with _other() as other:
        other.execute("SELECT pg_terminate_backend(%s, 60000)", [first])
    kept.health_check_done, kept.health_check_enabled = False, True
    assert kept.call(_WHO, []) != [(first,)]


def test_a_connection_closed_here_is_not_usable(kept: BaseDatabaseWrapper) -> None:
    _session(kept)
    kept.connection.close()
    assert not kept.is_usable()
    _next_request(kept)
    assert _session(kept)


def test_no_value_stands_in_the_text_of_a_bound_statement(kept: Any) -> None:
    session = _session(kept)
    for _ in range(4):  # the later ones are kept ready by the server
        with kept.bound_cursor() as cursor:
            cursor.execute("SELECT %s::bytea, %s::text", [b"\0sealed", "said"])
            assert [bytes(cursor.fetchone()[0])] == [b"\0sealed"]
        with _other() as other:
            last = other.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [session]).fetchone()
        assert last == ("SELECT $1::bytea, $2::text",)


@pytest.mark.parametrize(("process", "reads_whole_tables"), [("public", "off"), ("office", "on")])
def test_the_public_process_looks_up_by_index_whatever_the_planner_has_counted(
    kept: Any, process: str, reads_whole_tables: str
) -> None:
    """Also through a pooler: it is a setting of the role, since a pooler takes none along with a connection."""
    kept.settings_dict |= databases.from_url(database.cluster().url(process, database.database()))
    with kept.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == (reads_whole_tables,)


@pytest.mark.parametrize("process", ["office", "backup"])
@pytest.mark.parametrize("attribute", ["primary", "read-write"])
def test_an_address_with_several_hosts_leads_to_the_one_that_answers(
    kept: Any, process: str, attribute: str
) -> None:
    """Also for backups, whose role only reads: libpq's own `read-write` finds no server for it."""
    own = psycopg.conninfo.conninfo_to_dict(database.cluster().url(process, database.database()))
    words = f"{own['user']}:{quote(str(own['password']))}@/{own['dbname']}"
    address = f"postgresql://{words}?host=/nonexistent,{own['host']}&port=5432,5432"
    kept.settings_dict |= databases.from_url(f"{address}&target_session_attrs={attribute}")
    assert _session(kept)


def test_an_address_that_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="not the address of a database") as refused:
        databases.from_url("postgresql://a:word@one.example/heedline?nonsense=1")
    assert "word" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(("process", "longest"), [("office", "20s"), ("partner", "20s")])
def test_nobody_waits_for_ever_for_a_row_that_another_process_holds(
    kept: Any, process: str, longest: str
) -> None:
    kept.settings_dict["OPTIONS"] = database_settings(process)["default"]["OPTIONS"]
    with kept.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == (longest,)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that never answers, as when a firewall drops what is sent to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"postgresql://heedline_public:none@127.0.0.1:{server.getsockname()[1]}/heedline"


def test_a_server_that_never_answers_is_given_up_within_seconds(
    kept: BaseDatabaseWrapper, silent: str
) -> None:
    kept.settings_dict = {**kept.settings_dict, **databases.from_url(f"{silent}?connect_timeout=2")}
    began = time.monotonic()
    with pytest.raises(OperationalError, match="timeout"):
        kept.ensure_connection()
    assert time.monotonic() - began < 5


def test_the_doctor_tells_silence_from_a_closed_door(
    silent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_DATABASE_URL", silent)
    monkeypatch.delenv("HEEDLINE_DATABASE_URL_OFFICE", raising=False)
    monkeypatch.setattr(checks, "CONNECT_SECONDS", 2)
    with pytest.raises(CannotStart, match="does not answer"):
        checks.run(tmp_path)


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("postgresql://a:b@db.example/heedline", {"tcp_user_timeout": 20_000, "keepalives": 1}),
        ("postgresql://a:b@/heedline?host=/run/postgresql", {"tcp_user_timeout": None, "keepalives": None}),
        (
            "postgresql://a:b@db.example/heedline?sslmode=verify-full&tcp_user_timeout=9000",
            {"sslmode": "verify-full", "tcp_user_timeout": "9000", "host": None},
        ),
        (
            "postgresql://a:b@one.example:5432,two.example:5433/heedline?target_session_attrs=primary",
            {"target_session_attrs": "primary", "tcp_user_timeout": 20_000, "password": None},
        ),
    ],
)
def test_an_address_says_how_a_connection_is_made_and_kept(address: str, options: dict[str, object]) -> None:
    found = databases.from_url(address)["OPTIONS"]
    assert {name: found.get(name) for name in options} == options
    assert found["connect_timeout"] == databases.CONNECT_SECONDS
    psycopg.conninfo.make_conninfo(**found)  # libpq knows each of them


@pytest.mark.parametrize("way", ["come in", "stand behind"])
def test_no_token_of_a_session_stands_in_the_text_of_a_statement(house: House, way: str) -> None:
    """With the token that stands in the server's list of activities, its reader would see every row of those desks."""
    token = house.sign_in("Odile", at=now()).token
    secret = keys_of(token).row_id
    with connection.cursor() as cursor:
        cursor.execute(_WHO)
        (session,) = cursor.fetchone()
    if way == "come in":
        found = access_session.come_in(SessionStore(token), at=now())
        assert found is not None
        assert found[1].desk_ids
    else:
        functions.enter_session(secret)
    with _other() as other:
        (text,) = other.execute(
            "SELECT query FROM pg_stat_activity WHERE pid = %s", [session]
        ).fetchone() or ("",)
    access_session.leave()
    assert "set_config" in text
    assert secret.hex() not in text
    assert token not in text


def test_a_call_leaves_no_value_in_the_text_and_is_prepared_once(kept: Any) -> None:
    session = _session(kept)
    for number in (1, 2, 70_000):
        assert kept.call("SELECT %s::bytea, %b::uuid[], %s::bigint", [b"\0sealed", [], number]) == [
            (b"\0sealed", [], number)
        ]
    with _other() as other:
        last = other.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [session]).fetchone()
    assert last == ("SELECT $1::bytea, $2::uuid[], $3::bigint",)


def test_a_call_that_fails_is_djangos_error_and_the_connection_stands(kept: Any) -> None:
    with pytest.raises(DataError):
        kept.call("SELECT 1 / %s::integer", [0])
    assert kept.call("SELECT %s::integer", [7]) == [(7,)]


def test_a_call_after_the_server_ended_the_session_fails_once(kept: Any) -> None:
    first = kept.call("SELECT pg_backend_pid(), %s::integer", [1])[0][0]
    with _other() as other:
        other.execute("SELECT pg_terminate_backend(%s, 60000)", [first])
    with pytest.raises(OperationalError):
        kept.call("SELECT pg_backend_pid(), %s::integer", [1])
    _next_request(kept)
    assert kept.call("SELECT pg_backend_pid(), %s::integer", [1])[0][0] != first


def test_a_call_begins_the_transaction_that_it_is_in(kept: Any) -> None:
    kept.call("SELECT %s::integer", [1])
    kept.set_autocommit(False)
    assert kept.call("SELECT set_config('heedline.tried', %s, true)", ["yes"]) == [("yes",)]
    assert kept.call("SELECT current_setting('heedline.tried', %s)", [True]) == [("yes",)]
    kept.rollback()
    kept.set_autocommit(True)
    assert kept.call("SELECT coalesce(current_setting('heedline.tried', %s), '')", [True]) == [("",)]


def test_a_call_prepares_again_what_psycopg_has_dropped(kept: Any) -> None:
    for number in (1, 2):
        assert kept.call("SELECT %s::integer", [number]) == [(number,)]
        with kept.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")


def test_a_call_that_waits_holds_up_no_other_thread(kept: Any) -> None:
    kept.inc_thread_sharing()
    kept.ensure_connection()
    with _other() as other, ThreadPoolExecutor(1) as pool:
        other.execute("SELECT pg_advisory_lock(74)")
        waiting = pool.submit(kept.call, "SELECT 1 FROM (SELECT pg_advisory_lock(%s::bigint)) held", [74])
        while not other.execute("SELECT 1 FROM pg_locks WHERE objid = 74 AND NOT granted").fetchone():
            assert not waiting.done()
        other.execute("SELECT pg_advisory_unlock(74)")
        assert waiting.result(30) == [(1,)]
    kept.dec_thread_sharing()


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("SELECT %s", [b"\x00\xff"]),
        ("SELECT %s::bytea", [b""]),
        ("SELECT %s || 'é'::text::bytea", [b"a"]),
        ("SELECT %s::bigint", [-(2**40)]),
        ("SELECT encode(%s, 'hex'), %s::integer", [b"a", 7]),
        ("SELECT repeat('é', %s::integer)", [3]),
        ("SELECT NULL::bytea WHERE %s", [True]),
        ("SELECT NULL::text", []),
        ("SELECT 'x'::text WHERE %s", [False]),
        ("SELECT generate_series(1, %s::integer)::text", [3]),
        ("SELECT '\\x00'::bytea FROM generate_series(1, %s::integer)", [2]),
        ("SELECT %s::text", ["é"]),
        ("SELECT %b::uuid[]", [[]]),
        ("SELECT %b::uuid[], %b::bytea[]", [[UUID(int=7), UUID(int=2**127)], [b"", b"\x00a", b"x" * 300]]),
        ("SELECT %s::bigint[], %s::bigint[]", [[], [2**40, 1]]),
        ("SELECT %b::uuid[], %b::bytea[]", [[None, UUID(int=7)], [b"x", None]]),
        ("SELECT %b::uuid[], cardinality(%b::bytea[])", [[None, None], [None]]),
        ("SELECT %s::text[], %s::smallint[]", [["é", "", "{a,b}"], [-1, 300]]),
        ("SELECT %s::interval[]", [[timedelta(days=3), timedelta(hours=-5)]]),
        ("SELECT %s::uuid, %s::uuid IS NULL", [UUID(int=7), None]),
        ("SELECT %s::interval::text", [timedelta(days=-2, seconds=5, microseconds=9)]),
        ("SELECT %s::interval", [timedelta(days=3, hours=5)]),
        ("SELECT %s || '', octet_length(%s)", ["é \U0001f600", "{a,b}"]),
    ],
)
def test_a_call_returns_what_a_cursor_returns(kept: Any, sql: str, values: list[Any]) -> None:
    with kept.bound_cursor() as cursor:
        cursor.execute(sql, values)
        expected = cursor.fetchall()
    assert [tuple(map(_plain, row)) for row in kept.call(sql, values)] == [
        tuple(map(_plain, row)) for row in expected
    ]


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def test_a_text_with_the_character_0_is_refused_and_not_cut_off(kept: Any) -> None:
    for sql, value in (("SELECT %s::text", "a\0b"), ("SELECT %s::text[]", ["", "a\0b"])):
        with pytest.raises((DataError, ValueError)):
            kept.call(sql, [value])
