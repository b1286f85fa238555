"""`heedline settle-roles`: what a process changed for itself is undone, and nothing secret is printed."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import psycopg
import pytest

from heedline.jobs import cli
from heedline.launch import postgres, roles
from heedline.launch.postgres import Cluster

PASSWORDS = {process: f"{process}-chosen-by-the-operator" for process in roles.PROCESSES}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A server that is no test's but this one's: roles belong to a whole server."""
    made = postgres.start(tmp_path_factory.mktemp("own") / "home", durable=False)
    yield made
    postgres.destroy(made)


@pytest.fixture
def told(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "roles.json"
    file.write_text(json.dumps(PASSWORDS))
    file.chmod(0o600)
    monkeypatch.setenv("HEEDLINE_SUPERUSER_URL", cluster.super_url())
    monkeypatch.setenv("HEEDLINE_ROLE_PASSWORDS", str(file))
    return file


def test_settings_and_passwords_are_reset(
    cluster: Cluster, told: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(cluster.super_url(), autocommit=True) as db:
        db.execute("ALTER ROLE heedline_public SET synchronous_commit = off")
        db.execute("ALTER ROLE heedline_office SUPERUSER PASSWORD 'changed'")
        assert cli.main(["settle-roles"]) == 0
        changed = db.execute(
            "SELECT r.rolname, s.setconfig FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole"
        )
        assert sorted(changed.fetchall()) == [
            ("heedline_backup", ["default_transaction_read_only=on"]),
            ("heedline_public", ["enable_seqscan=off"]),
        ]
        (rights,) = db.execute("SELECT rolsuper FROM pg_roles WHERE rolname = 'heedline_office'").fetchall()
        assert rights == (False,)
        found = db.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolcanlogin AND NOT rolsuper")
        for name, verifier in found.fetchall():
            assert verifier.startswith("SCRAM-SHA-256$"), name
    said = "".join(capsys.readouterr())
    assert not any(secret in said for secret in (*PASSWORDS.values(), cluster.super_url()))


def test_proofs_of_former_keys_are_forgotten_for_the_sites_that_are_named(
    cluster: Cluster, told: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(cluster.super_url(roles.DATABASE), autocommit=True) as db:
        db.execute(
            "CREATE TABLE permits_sign_in_proof AS SELECT unnest(ARRAY['office', 'partner', 'public']) AS site"
        )  # no migration has run here
        assert cli.main(["settle-roles"]) == 0
        assert db.execute("SELECT count(*) FROM permits_sign_in_proof").fetchall() == [(3,)]
        assert cli.main(["settle-roles", "--forget-sign-in-proofs", "office"]) == 0
        left = db.execute("SELECT site FROM permits_sign_in_proof ORDER BY site").fetchall()
        assert left == [("partner",), ("public",)], "the key of no other site has changed"
        address = cluster.super_url(roles.DATABASE)
        with psycopg.connect(address, user="heedline_public", password=PASSWORDS["public"]):
            assert cli.main(["settle-roles", "--forget-sign-in-proofs", "partner", "public"]) == 1
            assert "Stop the servers and poolers of these sites first: public." in capsys.readouterr().err
            assert db.execute("SELECT count(*) FROM permits_sign_in_proof").fetchall() == [(2,)]
        until = time.monotonic() + 20
        while db.execute("SELECT FROM pg_stat_activity WHERE usename = 'heedline_public'").fetchall():
            assert time.monotonic() < until, "the server ends a closed connection by itself"
            time.sleep(0.05)
        assert cli.main(["settle-roles", "--forget-sign-in-proofs", "partner", "public"]) == 0
        assert db.execute("SELECT site FROM permits_sign_in_proof").fetchall() == []


def test_what_is_missing_is_said_and_nothing_is_changed(
    cluster: Cluster, told: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for content, words in (
        ("{}", "one password for each"),
        ("[]", "one password for each"),
        ("{", "cannot be read"),
        (json.dumps(PASSWORDS | {"office": ""}), "one password for each"),
    ):
        told.write_text(content)
        assert cli.main(["settle-roles"]) == 1
        assert words in capsys.readouterr().err
    told.write_text(json.dumps(PASSWORDS))
    told.chmod(0o644)
    assert cli.main(["settle-roles"]) == 1
    assert "chmod" in capsys.readouterr().err
    told.chmod(0o600)
    monkeypatch.setenv("HEEDLINE_SUPERUSER_URL", f"postgresql://nobody:secret@/x?host={os.devnull}")
    assert cli.main(["settle-roles"]) == 1
    assert "secret" not in capsys.readouterr().err
