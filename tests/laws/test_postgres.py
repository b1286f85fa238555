"""The embedded database keeps its promises: it starts, survives, keeps to itself, and its log knows nothing of anybody."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from heedline.jobs.doctor import checks as doctor
from heedline.jobs.doctor import separation
from heedline.launch import accounts, places, postgres, roles, server
from heedline.launch.home import Home, write_private
from heedline.launch.postgres import CannotStart, Cluster

SAID = "rosa-saw-a-van-07700900123"


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster whose home nobody else can enter, as root's home is: pytest's own folders are like that.

    A durable one, as in production: here servers are killed, and what was committed must be there after."""
    cluster = postgres.start(tmp_path_factory.mktemp("closed") / "home")
    yield cluster
    postgres.destroy(cluster)


@pytest.fixture(scope="module")
def opened() -> Iterator[Cluster]:
    """A cluster whose home everybody can enter, like a checkout's."""
    with tempfile.TemporaryDirectory(prefix="heedline-open-") as folder:
        Path(folder).chmod(0o755)
        cluster = postgres.start(Path(folder), durable=False)
        yield cluster
        postgres.destroy(cluster)


def superuser(cluster: Cluster, database: str = "heedline") -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(cluster.super_url(database), autocommit=True)


def value(connection: psycopg.Connection[tuple[Any, ...]], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    assert row
    return row[0]


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_cluster_is_private_and_never_roots(closed: Cluster, opened: Cluster) -> None:
    assert opened.data.is_relative_to(opened.home)
    if os.geteuid() == 0:
        assert not closed.data.is_relative_to(closed.home)
    for cluster in (closed, opened):
        assert rights(cluster.data) == 0o700
        assert cluster.data.stat().st_uid != 0
        # what decides who may sign in belongs to whoever started it, not to the server
        assert (cluster.data.parent / "pg_hba.conf").stat().st_uid == os.geteuid()
        assert rights(cluster.home / "secrets") == 0o700
        assert rights(cluster.home / "secrets" / "postgres.json") == 0o600
        assert "password" not in repr(cluster)
        with superuser(cluster) as connection:
            assert value(connection, "SHOW listen_addresses") == ""
            assert value(connection, "SHOW server_encoding") == "UTF8"
            assert value(connection, "SELECT lower('ÄÉ')") == "äé"
            with pytest.raises(psycopg.Error):
                connection.execute("ALTER SYSTEM SET log_statement = 'all'")


def test_the_socket_fits_even_under_a_deep_home(closed: Cluster) -> None:
    deep = closed.home / ("a-long-name-" * 6) / ("another-" * 8)
    place = places.with_socket(deep, places.ClusterPlace(deep, deep), accounts.owner_of(closed.data))
    place.socket.rmdir()
    assert len(os.fsencode(deep)) > 107
    assert len(os.fsencode(place.socket / ".s.PGSQL.5432")) <= 107


def test_starting_again_finds_the_running_one(opened: Cluster) -> None:
    process = server.postmaster(opened.data)
    assert postgres.start(opened.home, durable=False) == opened
    with postgres.running(opened.home, durable=False) as again:
        assert again == opened
    assert server.postmaster(opened.data) == process is not None


def test_two_stand_side_by_side_and_do_not_know_each_other(closed: Cluster, opened: Cluster) -> None:
    with superuser(closed) as one, superuser(opened) as two:
        one.execute("CREATE TABLE only_here ()")
        assert value(two, "SELECT to_regclass('only_here')") is None
        one.execute("DROP TABLE only_here")
    stranger = opened.url("public").replace(str(opened.socket), str(closed.socket))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger)


def wrong(findings: Iterator[doctor.CheckResult]) -> list[str]:
    return [finding.words for finding in findings if finding.right is False]


def test_the_doctor_refuses_a_server_with_a_second_installation(opened: Cluster) -> None:
    """Its roles, passwords and log of commits would be shared, whatever the databases are called."""
    with superuser(opened) as connection:
        assert separation._server(connection).right
        connection.execute("CREATE DATABASE charity")
        try:
            assert separation._server(connection).right, "another program's database"
            with superuser(opened, "charity") as inside:
                inside.execute("CREATE TABLE reports (); ALTER TABLE reports OWNER TO heedline_owner")
            with psycopg.connect(opened.url("office")) as office:
                assert separation._server(office).right is False, "any process sees it, from its own database"
        finally:
            connection.execute("DROP DATABASE charity WITH (FORCE)")
        assert separation._server(connection).right


def test_the_doctor_refuses_two_homes_that_share_anything(
    closed: Cluster, opened: Cluster, tmp_path: Path
) -> None:
    home = Home(opened.home)
    home.installation()
    assert wrong(separation.from_another(closed.home, opened.home)) == []
    assert len(wrong(separation.from_another(opened.home, opened.home))) == 3
    assert len(wrong(separation.from_another(opened.home / "charity", opened.home))) == 1, "inside it"
    assert wrong(separation.from_another(opened.home, tmp_path)) == [
        "the other installation's home was not found"
    ]
    other = Home(tmp_path / "charity")
    other.log_key()
    for pinned in (home, other):
        pinned.root_key.write_text("ab" * 32 + "\n", encoding="ascii")
    write_private(other.secrets / "key-office", home.installation())
    assert wrong(separation.from_another(opened.home, other.folder)) == [
        "no secret is the same as in the other installation (installation)",
        "the root key is not the other installation's",
    ]
    home.root_key.unlink()


@pytest.mark.parametrize("process", roles.PROCESSES)
def test_a_process_signs_in_by_its_own_password_only(opened: Cluster, process: str) -> None:
    with psycopg.connect(opened.url(process)) as connection:
        assert value(connection, "SELECT session_user") == f"heedline_{process}"
        wanted = "heedline_owner" if process == "migrate" else f"heedline_{process}"
        assert value(connection, "SELECT current_user") == wanted
        assert connection.pgconn.used_password
    password = postgres.read_passwords(opened.home)[process]
    host = str(opened.socket)
    wrong = postgres.read_passwords(opened.home)["office" if process == "public" else "public"]
    for given in ("", wrong):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(
                host=host, user=f"heedline_{process}", password=given, dbname="heedline", passfile="/nowhere"
            )
    for database in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(host=host, user=f"heedline_{process}", password=password, dbname=database)


@pytest.mark.parametrize("owner", [*roles.OWNERS, "super"])
def test_nobody_signs_in_as_an_owner_or_without_the_superusers_password(opened: Cluster, owner: str) -> None:
    passwords = postgres.read_passwords(opened.home)
    tried = ["", *(word for name, word in passwords.items() if name != owner)]
    for password in tried:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(
                host=str(opened.socket),
                user=f"heedline_{owner}",
                password=password,
                dbname="heedline",
                passfile="/nowhere",
            )


def test_only_migrations_may_become_an_owner_and_nobody_is_one_silently(opened: Cluster) -> None:
    with superuser(opened) as connection:
        members = connection.execute(
            "SELECT m.rolname, g.rolname, inherit_option, set_option, admin_option FROM pg_auth_members a"
            " JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid WHERE m.rolname LIKE 'heedline%'"
        ).fetchall()
        assert set(members) == {
            (f"heedline_{member}", f"heedline_{group}", False, True, False)
            for member, group in [("migrate", g) for g in roles.OWNERS]
            + [("owner", g) for g in roles.OWNERS[1:]]
        } | {("heedline_worker", "pg_checkpoint", True, True, False)}  # to let the log of commits go
        powers = connection.execute(
            "SELECT rolname, rolcanlogin, rolbypassrls FROM pg_roles WHERE rolname LIKE 'heedline%' AND NOT rolsuper"
            " AND NOT rolcreaterole AND NOT rolcreatedb AND NOT rolreplication"
        ).fetchall()
        assert set(powers) == {(f"heedline_{name}", True, name == "backup") for name in roles.PROCESSES} | {
            (f"heedline_{name}", False, False) for name in roles.OWNERS
        }
        verifiers = connection.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolcanlogin AND rolname LIKE 'heedline%'"
        ).fetchall()
        assert len(verifiers) == len(roles.PROCESSES) + 1
        assert all(str(verifier).startswith("SCRAM-SHA-256$") for (verifier,) in verifiers)
        owner = value(connection, "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'heedline'")
        assert owner == "heedline_owner"
    for process in roles.PROCESSES:
        plain = opened.url(process).split("&options=")[0]
        with psycopg.connect(plain, autocommit=True) as connection:
            refused = [
                "CREATE SCHEMA taken",
                "CREATE TEMP TABLE kept (words text)",
            ]  # not by inheritance either
            for statement in refused + ["SET ROLE heedline_owner"] * (process != "migrate"):
                with pytest.raises(
                    (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
                ):
                    connection.execute(statement.encode())


def test_the_backup_does_not_write_even_where_it_might(opened: Cluster) -> None:
    with superuser(opened) as connection, psycopg.connect(opened.url("backup")) as backup:
        connection.execute("CREATE TABLE open_to_all (); GRANT ALL ON open_to_all TO PUBLIC")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            backup.execute("INSERT INTO open_to_all DEFAULT VALUES")
        backup.rollback()
        connection.execute("DROP TABLE open_to_all")


def test_what_a_role_changes_of_itself_is_put_right_at_the_next_start(opened: Cluster) -> None:
    """Any role may set what its own sessions begin with, durability included, and its own password."""
    with psycopg.connect(opened.url("public"), autocommit=True) as public:
        public.execute("ALTER ROLE heedline_public SET synchronous_commit = off")
        public.execute("ALTER ROLE heedline_public IN DATABASE heedline SET synchronous_commit = off")
        public.execute("ALTER ROLE heedline_public PASSWORD 'of my own'")
    with psycopg.connect(opened.url("migrate"), autocommit=True) as migrate:
        migrate.execute("ALTER DATABASE heedline SET synchronous_commit = off")
    with superuser(opened) as connection:
        told = [finding.words for finding in doctor.own_settings(connection) if finding.right is False]
        assert len(told) == 1
        assert "heedline_public: synchronous_commit" in told[0]
        assert "heedline: synchronous_commit" in told[0]
    postgres.start(opened.home, durable=False)
    with superuser(opened) as connection:
        kept = connection.execute(
            "SELECT setrole::regrole::text, setconfig FROM pg_db_role_setting"
        ).fetchall()
        assert sorted(kept) == [
            ("heedline_backup", ["default_transaction_read_only=on"]),
            ("heedline_public", ["enable_seqscan=off"]),
        ]
        assert [finding.right for finding in doctor.own_settings(connection)] == [True, True]
    test_a_process_signs_in_by_its_own_password_only(opened, "public")


def test_looking_for_a_cluster_changes_nothing_of_it(opened: Cluster) -> None:
    with psycopg.connect(opened.url("public"), autocommit=True) as public:
        public.execute("ALTER ROLE heedline_public SET synchronous_commit = off")
    assert postgres.found(opened.home) == opened
    with superuser(opened) as connection:
        assert any(finding.right is False for finding in doctor.own_settings(connection))
    postgres.start(opened.home, durable=False)


def test_what_was_changed_by_hand_is_put_right(opened: Cluster) -> None:
    passwords = postgres.read_passwords(opened.home)
    with superuser(opened, "postgres") as connection:
        connection.execute("ALTER ROLE heedline_public BYPASSRLS PASSWORD 'by hand'")
        connection.execute("GRANT heedline_door TO heedline_migrate WITH INHERIT TRUE")
        connection.execute("GRANT CONNECT ON DATABASE heedline TO PUBLIC")
        roles.settle(connection, passwords)
    test_only_migrations_may_become_an_owner_and_nobody_is_one_silently(opened)
    test_a_process_signs_in_by_its_own_password_only(opened, "public")
    with superuser(opened) as connection:
        anybody = "SELECT datacl::text LIKE '%{=%' FROM pg_database WHERE datname = 'heedline'"
        assert value(connection, anybody) is False


def test_the_log_of_the_server_holds_no_value(opened: Cluster) -> None:
    place = places.recorded(opened.home)
    assert place is not None
    assert rights(place.log) == 0o600
    refused = [
        ("INSERT INTO told VALUES (%s, 1)", [SAID]),  # taken already: the detail quotes the key
        ("INSERT INTO told VALUES (%s, -1)", [SAID]),  # a check: the detail quotes the row
        ("SELECT CAST(%s AS integer)", [SAID]),  # the message itself quotes the value
        (f"SELECT '{SAID}'::date", []),
        (f'SELECT "{SAID}"', []),
        (f"SELEKT '{SAID}'", []),
        ("DO $$ BEGIN RAISE WARNING 'not this either: " + SAID + "'; END $$; SELECT 1/0", []),
    ]
    with superuser(opened) as connection:
        connection.execute("CREATE TABLE told (words text PRIMARY KEY, times int NOT NULL CHECK (times > 0))")
        connection.execute("INSERT INTO told VALUES (%s, 1)", [SAID])
        for statement, values in refused:
            with pytest.raises(psycopg.Error):
                connection.execute(statement.encode(), values or None)
        connection.execute("DROP TABLE told")
    # proof that this file is the one the server writes to: a failed sign-in does stand in it
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(opened.socket), user="heedline_public", password="wrong", dbname="heedline")
    written = place.log.read_text(encoding="utf-8")
    assert "password authentication failed" in written
    assert SAID not in written
    assert "ERROR" not in written


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account of the system")
@pytest.mark.parametrize("name", ["nobody", "the server's own"])
def test_another_account_of_the_system_does_not_get_in(opened: Cluster, name: str) -> None:
    own = accounts.owner_of(opened.data)
    stranger = own if name == "the server's own" else accounts.Account("nobody", 65534, 65534, foreign=True)
    for file in (opened.home / "secrets" / "postgres.json", opened.home / ".postgres.lock"):
        assert stranger.run(["/bin/cat", file]).returncode != 0
    for user in ("heedline_super", "heedline_office"):
        tried = stranger.run(
            [
                opened.programs / "psql",
                "-h",
                opened.socket,
                "-U",
                user,
                "-d",
                "heedline",
                "-w",
                "-c",
                "SELECT 1",
            ]
        )
        assert tried.returncode == 2
        assert "no password supplied" in tried.stderr
    hba = opened.data.parent / "pg_hba.conf"
    assert stranger.run(["/bin/sh", "-c", 'echo "local all all trust" >> "$1"', "sh", hba]).returncode != 0
    assert "trust" not in hba.read_text(encoding="utf-8")


def test_a_killed_server_starts_again_although_its_lock_names_a_living_process(closed: Cluster) -> None:
    with superuser(closed) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    process = server.postmaster(closed.data)
    assert process is not None
    os.kill(process, signal.SIGKILL)
    until = time.monotonic() + 60
    while server.postmaster(closed.data) is not None and time.monotonic() < until:
        time.sleep(0.02)
    own = accounts.owner_of(closed.data)
    bystander = subprocess.Popen(
        ["/bin/sleep", "600"], user=own.uid if own.foreign else None, group=own.gid if own.foreign else None
    )
    try:
        lock = closed.data / "postmaster.pid"
        lines = lock.read_text(encoding="utf-8").split("\n")
        lock.write_text("\n".join([str(bystander.pid), *lines[1:]]), encoding="utf-8")
        assert server.postmaster(closed.data) is None
        again = postgres.start(closed.home)
        assert again == closed
        with superuser(again) as connection:
            assert value(connection, "SELECT number FROM kept") == 7
            connection.execute("DROP TABLE kept")
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_stopping_leaves_no_server_and_no_socket_and_twice_is_no_error(closed: Cluster) -> None:
    postgres.stop(closed)
    postgres.stop(closed)
    assert server.postmaster(closed.data) is None
    assert not closed.socket.exists()
    with postgres.running(closed.home) as again:
        assert server.postmaster(again.data) is not None
    assert server.postmaster(closed.data) is None
    postgres.start(closed.home)


@pytest.mark.parametrize("version", ["16", "19"])
def test_data_of_another_version_is_refused_with_a_way_out(closed: Cluster, version: str) -> None:
    postgres.stop(closed)
    file = closed.data / "PG_VERSION"
    right = file.read_text(encoding="ascii")
    file.write_text(f"{version}\n", encoding="ascii")
    before = sorted(path.name for path in closed.data.iterdir())
    try:
        with pytest.raises(CannotStart) as refused:
            postgres.start(closed.home)
    finally:
        file.write_text(right, encoding="ascii")
    for word in (f"PostgreSQL {version}", "pg_dumpall", str(closed.data), f"/{version}/bin", "psql"):
        assert word in str(refused.value)
    assert sorted(path.name for path in closed.data.iterdir()) == before
    postgres.start(closed.home)


def test_lost_data_is_never_replaced_by_an_empty_database(closed: Cluster) -> None:
    postgres.stop(closed)
    away = closed.data.with_name("away")
    closed.data.rename(away)
    with pytest.raises(CannotStart, match="is not there"):
        postgres.start(closed.home)
    away.rename(closed.data)
    postgres.start(closed.home)


def test_lost_passwords_are_said_to_be_lost(opened: Cluster) -> None:
    file = opened.home / "secrets" / "postgres.json"
    right = file.read_text(encoding="utf-8")
    try:
        file.write_text(json.dumps(dict.fromkeys(json.loads(right), "another")), encoding="utf-8")
        with pytest.raises(CannotStart, match="not the file that belongs to it"):
            postgres.start(opened.home, durable=False)
        file.unlink()
        with pytest.raises(CannotStart, match=r"passwords in .* cannot be read"):
            postgres.start(opened.home, durable=False)
    finally:
        places.write_whole(file, right, mode=0o600)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's database lies outside its home")
def test_a_home_made_anew_never_finds_the_old_database(closed: Cluster, tmp_path: Path) -> None:
    made = [places.choose(tmp_path, accounts.owner_of(closed.data)).folder for _ in range(2)]
    for folder in made:
        folder.rmdir()
    assert made[0] != made[1]
