"""All servers of one site share its SECRET_KEY: another one is refused at the start, and named by the doctor."""

from __future__ import annotations

import threading
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from heedline.casework.access import session_store
from heedline.casework.sign_in_proof import agrees, sign_in_proof
from heedline.jobs.doctor import site_keys
from heedline.launch import CannotStart, serving
from heedline.launch.home import Home
from tests.support.acting import acting

pytestmark = pytest.mark.django_db

KEY, ANOTHER = "the key of the first server", "the key of the second server"


class _InTransaction:
    """The tests' connection, for what opens one of its own."""

    autocommit = True

    def __enter__(self) -> psycopg.Connection:
        return connection.connection

    def __exit__(self, *_: object) -> None: ...


@pytest.fixture
def start(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving.psycopg, "connect", lambda *_, **__: _InTransaction())
    monkeypatch.setattr(serving.databases, "is_pooled", lambda _: False)
    monkeypatch.setenv("HEEDLINE_DATABASE_URL", "postgresql://given")


@pytest.mark.usefixtures("start")
def test_a_second_server_of_the_public_site_does_not_start_with_another_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its visitors had to send a form again whenever the other server answered."""
    with acting("public"):
        for secret_key, wrong in ((KEY, []), (KEY, []), (ANOTHER, [serving.OTHER_KEY])):
            monkeypatch.setenv("HEEDLINE_SECRET_KEY", secret_key)
            assert list(serving._wrong("public")) == wrong


@pytest.mark.usefixtures("start")
@pytest.mark.parametrize("site", ["office", "partner"])
def test_a_second_server_that_signs_people_in_does_not_start_with_another_key(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signing in on it failed with an error."""
    with acting(site):
        monkeypatch.setenv("HEEDLINE_SECRET_KEY", KEY)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert list(serving._wrong(site)) == []
        monkeypatch.setenv("HEEDLINE_SECRET_KEY", ANOTHER)
        assert list(serving._wrong(site)) == [serving.OTHER_KEY]


def test_a_wrong_key_ends_the_start_and_a_silent_database_does_not_hold_it_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving, "_wrong", lambda _: iter([serving.OTHER_KEY]))
    with pytest.raises(CannotStart, match="differs from that of the site's other servers"):
        serving._refuse_to_start("public")
    over = threading.Event()
    monkeypatch.setattr(serving, "_ASKS_FOR", 0.1)
    monkeypatch.setattr(serving, "_wrong", lambda _: iter([over.wait(60)]))
    serving._refuse_to_start("public")
    over.set()


def test_the_doctor_compares_the_key_of_each_site(tmp_path: Path) -> None:
    home = Home(tmp_path)
    keys = {site: home.secret_key(site) for site in ("public", "office", "partner")}
    with acting("public"), connection.cursor() as cursor:
        cursor.execute("SELECT door.is_key_of_the_site(%s)", [sign_in_proof("of another server", "public")])
        assert cursor.fetchone() == (True,)
    with acting("partner"):
        session_store.functions.claim_sign_in("partner", sign_in_proof(keys["partner"], "partner"))
    with acting("office"):
        found = {one.words: one.right for one in site_keys.told(connection.connection, tmp_path)}
    assert found["this machine's SECRET_KEY is not that of the public site's other servers"] is False
    assert found["this machine has the SECRET_KEY of the partner site"] is True
    assert len(found) == 3


def test_a_site_that_has_not_started_agrees_with_nobody() -> None:
    with acting("office"), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert agrees(connection.connection, "public", b"any") is None
