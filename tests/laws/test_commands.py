"""The `heedline` command: what it offers, how it ends, what the doctor sees, and papers that match the code."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from unittest import mock

import psycopg
import pytest
from django.db import connection

from heedline.backups import register
from heedline.desks.models import Officer
from heedline.jobs import cli, home_settings
from heedline.jobs.doctor import checks as doctor
from heedline.jobs.doctor import people as doctor_people
from heedline.launch import CannotStart, postgres
from heedline.launch.home import Home
from heedline.packs import load_pack
from tests.support.cast import House
from tests.support.database import cluster, database

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    "audit",
    "witness",
    "evidence",
    "demo",
    "serve",
    "worker",
    "migrate",
    "load-demo",
    "doctor",
    "settle-roles",
    "backup",
    "backup-prune",
    "restore",
    "canary",
    "send-canary",
    "certificate",
    "docs",
    "data-protection",
)


def heedline(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, with none of the tests' own settings."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HEEDLINE_", "DJANGO_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "heedline.jobs.cli", *words],
        cwd=ROOT,
        env=environment | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def wrong(findings: Iterator[doctor.CheckOutcome]) -> list[str]:
    """What was found to be wrong."""
    return [finding.words for finding in findings if finding.right is False]


@pytest.fixture
def superuser() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A session that may change anything, and takes it all back."""
    with psycopg.connect(cluster().super_url(database())) as connection:
        yield connection
        connection.rollback()


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], *([name] for name in COMMANDS)):
        with pytest.raises(SystemExit) as ended:
            cli.main([*words, "--help"])
        assert ended.value.code == 0
    assert "HEEDLINE_HOME" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["serve"], ["serve", "nobody"], ["nonsense"], ["docs", "--chek"]])
def test_a_wrong_command_line_ends_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2


def test_what_a_person_must_put_right_is_one_sentence_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))
    for name in ("HEEDLINE_DATABASE_URL", "HEEDLINE_DATABASE_URL_OFFICE"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["doctor"]) == 1
    assert "Start Heedline first" in capsys.readouterr().err


def test_a_missing_setting_is_named() -> None:
    ended = heedline("migrate")
    assert ended.returncode == 1
    assert "HEEDLINE_SECRET_KEY is not set" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_command_for_the_office_reads_the_settings_of_a_demonstration_that_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Home(tmp_path).secret_key("office")
    names = (
        "HEEDLINE_DATABASE_URL",
        "HEEDLINE_SECRET_KEY_FILE",
        "HEEDLINE_SECRET_KEY",
        "HEEDLINE_INSTALLATION",
    )
    Home(tmp_path).installation()
    running = [cluster()]
    monkeypatch.setattr(postgres, "found", lambda home: running[0] if running else None)

    def settings(**given: str) -> dict[str, str]:
        with mock.patch.dict(os.environ, given):
            for name in set(names) - given.keys():
                os.environ.pop(name, None)
            home_settings.use_running_office(tmp_path)
            return {name: os.environ[name] for name in names if name in os.environ}

    assert settings() == {
        "HEEDLINE_DATABASE_URL": cluster().url("office"),
        "HEEDLINE_SECRET_KEY_FILE": str(tmp_path / "secrets" / "key-office"),
        "HEEDLINE_INSTALLATION": Home(tmp_path).installation(),
    }
    given = {"HEEDLINE_DATABASE_URL": "postgresql://elsewhere/heedline"}
    assert settings(**given) == given, "another installation's settings are not mixed with these"
    running.clear()
    assert settings() == {}


def test_a_demonstration_never_listens_to_other_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    from heedline.launch import serving

    monkeypatch.setenv("HEEDLINE_DEMO", "1")
    monkeypatch.setenv("HEEDLINE_BIND", "0.0.0.0")  # noqa: S104 - to be refused
    with pytest.raises(CannotStart):
        serving.serve("public")


def test_printed_papers_say_what_the_code_does(tmp_path: Path) -> None:
    fresh = heedline("docs", "--check")
    assert fresh.returncode == 0, fresh.stderr
    (tmp_path / "journey.md").write_text("something else")
    stale = heedline("docs", "--check", "--folder", str(tmp_path))
    assert stale.returncode == 1
    assert "journey.md, access.md" in stale.stderr
    assert (tmp_path / "journey.md").read_text() == "something else", "a check writes nothing"


def test_the_papers_on_data_protection_are_written_without_any_setting(tmp_path: Path) -> None:
    written = heedline("data-protection", str(tmp_path / "papers"))
    assert written.returncode == 0, written.stderr
    assert "To be answered" in (tmp_path / "papers/impact-assessment.md").read_text()
    assert (tmp_path / "papers/answers.toml").exists()


def test_the_doctor_asks_the_database_itself(tmp_path: Path) -> None:
    seen = heedline(
        "doctor", HEEDLINE_HOME=str(tmp_path), HEEDLINE_DATABASE_URL=cluster().url("office", database())
    )
    lines = seen.stdout.splitlines()
    assert "         call door.submit_report (as heedline_door)" in lines
    assert "         public.reports_report: SELECT of some columns, MAINTAIN" in lines
    assert "WRONG  the worker has never run" in lines
    assert seen.returncode == 1, "something wrong is told by the exit code as well"
    assert seen.stderr == ""


def test_the_doctor_says_how_single_sign_on_stands(
    superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> list[doctor.CheckOutcome]:
        return list(doctor.single_sign_on(superuser))

    for name in [name for name in os.environ if name.startswith("HEEDLINE_SSO_")]:
        monkeypatch.delenv(name)
    assert [one.words for one in found()] == ["single sign-on is off (HEEDLINE_SSO_ISSUER)"]
    monkeypatch.setenv("HEEDLINE_SSO_ISSUER", "http://127.0.0.1:9000/realm")
    assert wrong(iter(found())) == [
        "single sign-on: HEEDLINE_SSO_CLIENT is not set. See docs/operators-guide.md for what it means."
    ]
    monkeypatch.setenv("HEEDLINE_SSO_CLIENT", "office")
    monkeypatch.setenv("HEEDLINE_SSO_SECRET", "never-printed")
    monkeypatch.setenv("HEEDLINE_OFFICE_URL", "https://office.example/")
    superuser.execute("INSERT INTO desks_installation (id, born, installation) VALUES (1, 'demo', 'x')")
    assert wrong(iter(found())) == []
    superuser.execute("UPDATE desks_installation SET born = 'live'")
    assert wrong(iter(found())) == [
        "the provider of single sign-on is asked in the clear: only for a trial on this machine",
        "nothing checks that it asks for a second step (HEEDLINE_SSO_ACR or HEEDLINE_SSO_AMR)",
    ]
    monkeypatch.setenv("HEEDLINE_SSO_ISSUER", "https://id.example/realm")
    monkeypatch.setenv("HEEDLINE_SSO_AMR", "mfa")
    said = " ".join(one.words for one in found())
    assert wrong(iter(found())) == []
    assert "https://office.example/sign-in/provider/back/" in said
    assert "never-printed" not in said
    monkeypatch.setenv("HEEDLINE_SSO_ISSUER", "http://id.example/realm")
    assert "HEEDLINE_SSO_ISSUER must be an https address" in wrong(iter(found()))[0]


@pytest.mark.parametrize("missing", ["controller", "data_officer"])
def test_the_doctor_refuses_a_live_site_whose_privacy_page_names_nobody(
    superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    told = "the privacy page names the data controller and the data protection officer (pack.toml)"
    filled = dataclasses.replace(
        load_pack("uk").service, controller="A Force, 1 Example Street", data_officer="dpo@force.example"
    )
    for born, service, found in (
        ("demo", dataclasses.replace(filled, **{missing: ""}), []),
        ("live", filled, []),
        ("live", dataclasses.replace(filled, **{missing: ""}), [told]),
    ):
        monkeypatch.setattr(
            doctor_people,
            "load_pack",
            lambda _, named=service: dataclasses.replace(load_pack("uk"), service=named),
        )
        superuser.execute("DELETE FROM desks_installation")
        superuser.execute(
            "INSERT INTO desks_installation (id, born, installation) VALUES (1, %s, 'x')", [born]
        )
        assert wrong(doctor_people.controller(superuser)) == found


def test_the_doctor_says_where_partners_sign_in(
    superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    superuser.execute("INSERT INTO desks_installation (id, born, installation) VALUES (1, 'live', 'x')")
    monkeypatch.setenv("HEEDLINE_OFFICE_URL", "https://office.example")
    monkeypatch.setenv("HEEDLINE_PARTNER_URL", "https://partners.example")
    assert wrong(doctor.partners_site(superuser)) == []
    assert "passkeys" not in " ".join(one.words for one in doctor.partners_site(superuser))
    monkeypatch.setenv("HEEDLINE_PARTNER_URL", "http://192.0.2.7")
    assert wrong(doctor.partners_site(superuser)) == ["partners sign in at http://192.0.2.7"]
    assert "passkeys" in " ".join(one.words for one in doctor.partners_site(superuser))
    monkeypatch.setenv("HEEDLINE_PARTNER_URL", "https://office.example:8443")
    assert wrong(doctor.partners_site(superuser)) == ["the partners' site shares its host with no other site"]


def test_the_doctor_says_where_files_are_shown(
    superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    superuser.execute("INSERT INTO desks_installation (id, born, installation) VALUES (1, 'live', 'x')")
    monkeypatch.setenv("HEEDLINE_OFFICE_URL", "https://office.example")
    monkeypatch.setenv("HEEDLINE_FILES_URL", "https://files.example")
    assert wrong(doctor.files_site(superuser)) == []
    monkeypatch.setenv("HEEDLINE_FILES_URL", "https://office.example:8443")
    assert wrong(doctor.files_site(superuser)) == ["the files site shares its host with no other site"]


def test_the_doctor_finds_nothing_wrong_with_the_walls(
    superuser: psycopg.Connection[tuple[Any, ...]],
) -> None:
    assert wrong(doctor.rights(superuser)) == []


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        ("GRANT SELECT ON reports_report TO heedline_public", "public.reports_report"),
        ("GRANT UPDATE ON desks_desk TO heedline_public", "public.desks_desk"),
        ("GRANT SELECT ON reports_message TO heedline_partner", "public.reports_message"),
        ("GRANT SELECT (object) ON reports_file TO heedline_files", "public.reports_file"),
        ("GRANT heedline_door TO heedline_public", "heedline_public"),
        ("GRANT heedline_settler TO heedline_worker", "heedline_worker"),
        ("GRANT pg_read_all_data TO heedline_office", "heedline_office"),
        ("ALTER ROLE heedline_office BYPASSRLS", "heedline_office"),
        ("ALTER ROLE heedline_worker CREATEROLE", "heedline_worker"),
    ],
)
def test_the_doctor_sees_a_right_too_many(
    superuser: psycopg.Connection[tuple[Any, ...]], mistake: str, told: str
) -> None:
    superuser.execute(mistake)  # type: ignore[arg-type]
    found = wrong(doctor.rights(superuser))
    assert any(told in words for words in found), found


def test_a_live_installation_is_refused_the_servers_that_came_along(
    superuser: psycopg.Connection[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_DEMO", "0")
    superuser.execute("DELETE FROM desks_installation")
    superuser.execute("INSERT INTO desks_installation (id, born, installation) VALUES (1, 'live', 'try')")
    along = dataclasses.replace(cluster(), installed=False)
    assert len(wrong(doctor.installation(superuser, ours=along))) == 1
    assert wrong(doctor.installation(superuser, ours=None)) == []
    monkeypatch.setenv("HEEDLINE_DEMO", "1")
    assert len(wrong(doctor.installation(superuser, ours=None))) == 1


def test_a_live_installation_waits_for_the_disk(superuser: psycopg.Connection[tuple[Any, ...]]) -> None:
    superuser.execute("SET synchronous_commit = on")
    superuser.execute("DELETE FROM desks_installation")
    (told,) = doctor.durability(superuser)
    assert told.right is None, "the tests' server does not, and this database is not live"
    superuser.execute("INSERT INTO desks_installation (id, born, installation) VALUES (1, 'live', 'try')")
    assert wrong(doctor.durability(superuser)) == ["the server waits for the disk (fsync, full_page_writes)"]
    superuser.execute("SET synchronous_commit = local")
    assert "synchronous_commit" in wrong(doctor.durability(superuser))[0]


@pytest.mark.django_db
def test_fewer_than_two_stewards_who_can_sign_are_wrong(house: House) -> None:
    asked = cast(doctor.Connection, connection.connection)  # the test's own, which nothing is committed in
    assert wrong(doctor_people.stewards(asked)) == []
    Officer.objects.filter(pk=house.officers["Sten"].pk).update(is_active=False)
    assert wrong(doctor_people.stewards(asked)) == [
        "two stewards sign whatever is set up (1 of them can sign in)"
    ]


def test_the_doctor_says_how_often_a_quarter_hour_had_one_report(
    superuser: psycopg.Connection[tuple[Any, ...]],
) -> None:
    at = datetime(2031, 11, 25, 3, 0, tzinfo=UTC)
    for ago, how_many in ((timedelta(hours=1), 1), (timedelta(hours=2), 3), (timedelta(days=91), 1)):
        for _ in range(how_many):
            superuser.execute(
                "INSERT INTO audit_event (act, thing, outcome, detail, at) VALUES ('report-arrived', '', 'done', '{}', %s)",
                [at - ago],
            )
    (found,) = doctor.arrivals(superuser, at=at)
    assert found.right is None
    assert found.words.endswith("reports came: 2; in which only one came: 1")


def test_what_is_wrong_with_copies_is_said_of_a_live_installation(
    superuser: psycopg.Connection[tuple[Any, ...]], tmp_path: Path
) -> None:
    at = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    superuser.execute("DELETE FROM desks_installation")

    def found() -> list[str]:
        return wrong(doctor.backups(tmp_path, superuser, at=at))

    def copied(run: str, days: int, *sides: str) -> Path:
        for side in sides:
            (tmp_path / f"{run}-{side}").mkdir()
        places = {side: str(tmp_path / f"{run}-{side}") for side in sides}
        register.remember(tmp_path, register.Run(run, (at - timedelta(days=days)).isoformat(), places, {}))
        return tmp_path / f"{run}-bodies"

    assert found() == [], "a demonstration is told, and nothing of it is wrong there"
    superuser.execute("INSERT INTO desks_installation (id, born, installation) VALUES (1, 'live', 'try')")
    assert found() == ["there was never a backup"]
    old = copied("old", 31, "bodies", "keys")
    assert found() == [
        "the last copy of the key store is 31 days old (at most 1)",
        "the last copy of the bodies is 31 days old (at most 7)",
        "no backup was ever restored by way of trial: heedline restore --try",
        "1 copies of the key store are older than 30 days (heedline backup-prune)",
    ]
    copied("new", 7, "bodies")
    copied("keys", 1, "keys")
    (tmp_path / "old-keys").rmdir()
    register.note_tried(old, at.date(), canary=False)
    assert found() == [
        "a backup was restored by way of trial on 2026-11-25, without the canary's passphrase: opening is not proven"
    ]
    register.note_tried(old, at.date(), canary=True)
    assert found() == []


def test_a_silent_worker_is_wrong(superuser: psycopg.Connection[tuple[Any, ...]]) -> None:
    at = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    superuser.execute("DELETE FROM dispatch_worker_beat")
    superuser.execute(
        "INSERT INTO dispatch_worker_beat (id, minute) VALUES (1, %s)", [at - timedelta(minutes=2)]
    )
    assert wrong(doctor.worker(superuser, at=at)) == []
    assert wrong(doctor.worker(superuser, at=at + timedelta(minutes=5))) == [
        "the worker last ran 7 minutes ago"
    ]
    assert wrong(doctor.worker(superuser, at=at - timedelta(minutes=20))) == [
        "the worker's clock is 18 minutes ahead"
    ]


def test_secrets_that_others_can_read_are_wrong(tmp_path: Path) -> None:
    home = Home(tmp_path)
    key = home.secret_key("public")
    assert home.secret_key("public") == key, "kept, not made anew"
    assert key != home.secret_key("office")
    assert wrong(doctor.secrets(tmp_path)) == []
    (tmp_path / "secrets" / "key-public").chmod(0o640)
    assert wrong(doctor.secrets(tmp_path)) == ["secrets are private (key-public)"]
