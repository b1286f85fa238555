"""Reports wait for a database that changes over to another server, instead of being refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, OperationalError, connection, connections

from heedline.casework.errors import SealingStopped
from heedline.casework.intake import drafting, form_tokens
from heedline.casework.keys import directory
from heedline.config import databases
from heedline.config.postgresql import base
from heedline.launch import postgres
from heedline.launch.postgres import Cluster
from heedline.reports.models import Report
from tests.laws.committed import committed_house
from tests.support import migrated, stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import NORTH_EAST, People

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


def test_threads_that_lost_their_connections_together_do_not_come_back_together(
    public: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def away(self: Any, sql: str, values: Any) -> Any:
        self.close()
        if len(waits) < 40:
            raise OperationalError("the server ended the session")
        return []

    monkeypatch.setattr(base.DatabaseWrapper, "call", away)
    monkeypatch.setattr(base.time, "sleep", waits.append)
    public.call_patiently(*_ASK)
    assert len(set(waits)) > 20
    assert 0.15 <= min(waits) < max(waits) <= 0.3


def test_a_server_that_went_silent_has_taken_its_time_already(
    public: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query may fail only after a while. It is tried once more, and the request does not begin to wait anew."""
    monkeypatch.setattr(base, "PATIENCE", 0.5)
    tried = []

    def silent(self: Any, sql: str, values: Any) -> Any:
        tried.append(sql)
        if len(tried) == 1:
            time.sleep(0.6)
        self.close()
        raise OperationalError("the server ended the session")

    monkeypatch.setattr(base.DatabaseWrapper, "call", silent)
    with pytest.raises(OperationalError):
        public.call_patiently(*_ASK)
    assert len(tried) == 2


def test_a_draft_whose_first_answer_was_lost_is_not_taken_for_another_tabs(
    django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that ran again on it would add its file or person a second time."""
    with committed_house(django_db_blocker), acting("public"):
        draft = drafting.Draft(cookie=drafting.new_cookie())
        drafting.save(draft, at=now())
        draft = drafting.load(draft.cookie, at=now()) or draft
        real, tried = base.DatabaseWrapper.call, []

        def call(self: Any, sql: str, values: Any) -> Any:
            found = real(self, sql, values)
            if "door.save_draft(" in sql:
                tried.append(found[0][0])
                if len(tried) == 1:
                    self.close()
                    raise OperationalError("the server ended the session")
            return found

        monkeypatch.setattr(base.DatabaseWrapper, "call", call)
        draft.notes = {"kind": "activity"}
        drafting.save(draft, at=now())
        assert [one.partition(" ")[0] for one in tried] == ["kept", "changed"]
        again = drafting.load(draft.cookie, at=now())
        assert again is not None
        assert again.notes == draft.notes
        drafting.save(draft, at=now())
        with pytest.raises(drafting.DraftChanged):
            drafting.save(again, at=now())


def test_what_was_lost_is_not_what_is_wrong(public: Any) -> None:
    """An error of the query itself is passed on at once, and so is one in a transaction."""
    began = time.monotonic()
    with pytest.raises(Error):
        public.call_patiently("SELECT 1 / %s::integer", [0])
    assert time.monotonic() - began < 5


def test_a_report_whose_first_answer_was_lost_is_found_by_its_receipt(
    django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its form was spent by the first try, which stored it just before the server ended."""
    with committed_house(django_db_blocker) as house:
        people = People(house, now())
        people.send()  # the questions are archived with the first report
        with acting("public"):
            draft = drafting.Draft(cookie=drafting.new_cookie())
            drafting.save(draft, at=people.at)
            token = form_tokens.read(draft, form_tokens.make(draft))
        new = replace(stories.new_report(**NORTH_EAST), form=token)
        real, tried = base.DatabaseWrapper.call, []

        def call(self: Any, sql: str, values: Any) -> Any:
            found = real(self, sql, values)
            if "door.spend_form(" in sql:
                tried.append(found[0][0])
                if len(tried) == 1:
                    self.close()
                    raise OperationalError("the server ended the session")
            return found

        monkeypatch.setattr(base.DatabaseWrapper, "call", call)
        assert stories.send(new, at=people.at).again
        assert tried == ["accepted", "again"]
        assert Report.objects.filter(id=new.report_id).count() == 1


@pytest.mark.django_db
def test_the_directory_goes_on_with_what_it_verified_for_a_minute(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = directory.directory()
    clock, known, asked = time.monotonic(), directory._known, []
    assert known is not None

    def away() -> tuple[int, int]:
        asked.append(True)
        raise OperationalError("the connection is gone")

    monkeypatch.setattr(directory, "_state", away)
    monkeypatch.setattr(known, "asked", clock - 50)
    monkeypatch.setattr(known, "compared", clock - 50)
    assert directory.directory() is found
    assert directory.directory() is found
    assert len(asked) == 1, "a silent server takes seconds to ask, and a page asks several times"
    monkeypatch.setattr(known, "asked", clock - 50)
    monkeypatch.setattr(known, "compared", clock - 61)
    with pytest.raises((OperationalError, SealingStopped)):
        directory.directory()
    assert connection.is_usable()
