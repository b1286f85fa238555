"""Reports wait for a database that changes over to another server, instead of being refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, OperationalError, connection, connections

from heedline.casework.errors import SealingStopped
from heedline.casework.keys import directory
from heedline.config import databases
from heedline.config.postgresql import base
from heedline.launch import postgres
from heedline.launch.postgres import Cluster
from heedline.reports import door
from tests.support import migrated
from tests.support.cast import House

_ASK = ("SELECT door.slot() IS NOT NULL, %s::integer", [7])


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    migrated.furnish(tmp_path)
    cluster = postgres.start(tmp_path, durable=False)
    yield cluster
    postgres.destroy(cluster)


@pytest.fixture
def public(cluster: Cluster, django_db_blocker: Any) -> Iterator[Any]:
    made = connections.create_connection("default")
    made.settings_dict = {**made.settings_dict, **databases.from_url(cluster.url("public"))}
    made.inc_thread_sharing()
    with django_db_blocker.unblock():
        yield made
        made.close()


def test_a_query_waits_while_the_database_is_away(cluster: Cluster, public: Any) -> None:
    assert public.call_patiently(*_ASK) == [(True, 7)]
    postgres.stop(cluster)
    with pytest.raises(OperationalError):
        public.call(*_ASK)
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(public.call_patiently, *_ASK)
        time.sleep(0.5)
        assert not asked.done()
        postgres.start(cluster.home, durable=False)
        assert asked.result(timeout=base.PATIENCE) == [(True, 7)]


def test_all_queries_of_a_request_wait_for_one_time(
    cluster: Cluster, public: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "PATIENCE", 0.6)
    public.close_if_unusable_or_obsolete()
    postgres.stop(cluster)
    waited = []
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(OperationalError):
            public.call_patiently(*_ASK)
        waited.append(time.monotonic() - began)
    assert waited[0] >= 0.6
    assert waited[1] < 0.4
    public.close_if_unusable_or_obsolete()  # the next request
    began = time.monotonic()
    with pytest.raises(OperationalError):
        public.call_patiently(*_ASK)
    assert time.monotonic() - began >= 0.6


def test_what_was_lost_is_not_what_is_wrong(public: Any) -> None:
    """An error of the query itself is passed on at once, and so is one in a transaction."""
    began = time.monotonic()
    with pytest.raises(Error):
        public.call_patiently("SELECT 1 / %s::integer", [0])
    assert time.monotonic() - began < 5


def test_a_report_whose_first_answer_was_lost_is_found_by_its_receipt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its form was spent by the first try."""
    tried: list[str] = []

    def stored(sql: str, params: Any, again: tuple[str, Any] | None = None) -> str:
        assert again is not None
        for text, values in ((sql, params), again):
            assert text.count("%") == len(values)
            tried.append(text)
        return "again"

    monkeypatch.setattr(door, "_stored", stored)
    part = door.SealedPart(None, b"", b"", b"", ())  # type: ignore[arg-type]
    sending = door.Submission(*[None] * 13, part, part, (), (None, b""), form=(b"row", 1))  # type: ignore[arg-type]
    assert door.submit(sending) == "again"
    first, later = tried
    assert "door.visit(" not in first
    assert "EXISTS (SELECT FROM door.visit(%s)) OR door.spend_form(" in later


@pytest.mark.django_db
def test_the_directory_goes_on_with_what_it_verified_for_a_minute(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = directory.directory()
    now, asked = time.monotonic(), directory._known
    assert asked is not None

    def away() -> tuple[int, int]:
        raise OperationalError("the connection is gone")

    monkeypatch.setattr(directory, "_state", away)
    monkeypatch.setattr(asked, "asked", now - 50)
    assert directory.directory() is found
    monkeypatch.setattr(asked, "asked", now - 61)
    with pytest.raises((OperationalError, SealingStopped)):
        directory.directory()
    assert connection.is_usable()
