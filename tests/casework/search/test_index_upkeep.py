"""Tests for a desk's index as reports arrive, move or are disposed of, and when it is purged, rebuilt or stolen."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from heedline.casework.journey import transitions
from heedline.casework.linking import clock
from heedline.casework.report import officer_notes
from heedline.casework.retention import keeping
from heedline.casework.search import desk_index, indexing
from heedline.casework.search.page_store import StoredPages
from heedline.casework.setup import readdressing
from heedline.dispatch import clockwork
from heedline.dispatch.models import Alarm
from heedline.index import Damaged
from heedline.index.paging import SealedPage
from heedline.reports.models import (
    SealedHeader,
    SealedPayload,
    Search,
    SearchIndex,
    SearchPage,
    SearchWaiting,
)
from heedline.vault import CannotOpen
from heedline.vault.pages import PageSealer
from tests.support.acting import acting
from tests.support.alteration import altered
from tests.support.keeping_scene import with_leads
from tests.support.leaving_scene import a_third_officer, leaves, present
from tests.support.scene_people import People, logged, quarter_hour_over, row
from tests.support.search_scene import MINUTE, found, indexed, look_for

pytestmark = pytest.mark.django_db


def test_nothing_is_written_about_a_report_before_its_quarter_hour_is_settled(people: People) -> None:
    people.send(narrative="quillon")
    with people.sitting("Odile") as here:
        for step in range(3):
            indexing.catch_up(by=here, at=people.at + step * MINUTE)
    assert not SearchWaiting.objects.exists()
    assert not SearchPage.objects.exists()
    quarter_hour_over(people.at)
    assert SearchWaiting.objects.exists()


def test_what_waits_is_counted_only_as_far_as_asked(people: People) -> None:
    indexed(people)
    for _ in range(3):
        people.send(narrative="quillon")
    quarter_hour_over(people.at)
    with people.sitting("Odile") as here:
        [every] = indexing.coverage(here.desk_ids)
        [some] = indexing.coverage(here.desk_ids, most=2)
    assert (every.waiting, some.waiting) == (3, 2)
    assert (some.gone, some.aside, some.whole) == (0, 0, False)


def test_pages_are_read_ahead_in_the_direction_of_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[list[int]] = []

    def fetch(_: StoredPages, numbers: list[int]) -> dict[int, SealedPage]:
        fetched.append(numbers)
        return {number: SealedPage(1, b"") for number in numbers}

    monkeypatch.setattr(StoredPages, "fetch", fetch)
    pages = StoredPages(SearchIndex(size=200, version=0), fresh=True)
    for number in (100, 104, 99):
        pages.read(number)
    assert fetched == [[*range(100, 104)], [*range(104, 136)], [*range(68, 100)]]
    pages.read(198)
    pages.read(1)
    pages.read(0)
    assert fetched[3:] == [[198, 199], [1, 2, 3, 4], [0]]


def test_pages_are_sent_beside_their_statements(people: People) -> None:
    indexed(people)
    index, sent = SearchIndex.objects.get(), []

    def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        done = execute(sql, values, many, context)
        sent.append(context["cursor"].cursor._query.query)  # as psycopg sent it
        return done

    pages = {number: SealedPage(1, b"\0\\'" + secrets.token_bytes(500)) for number in range(3)}
    with connection.execute_wrapper(note):
        StoredPages(index, fresh=True).write(pages, 3)
        assert StoredPages(index, fresh=True).read_all([0, 1, 2]) == pages
    assert [len(statement) < 500 for statement in sent] == [True, True]


def test_few_reports_wait_for_others_but_no_longer_than_a_minute(people: People) -> None:
    indexed(people)
    people.send(narrative="quillon")
    quarter_hour_over(people.at)
    with people.sitting("Odile") as here:
        at = people.at + 60 * MINUTE
        [first] = indexing.catch_up(by=here, at=at)
        [second] = indexing.catch_up(by=here, at=at + timedelta(seconds=50))
        assert (first.waiting, second.waiting) == (1, 1)
        [third] = indexing.catch_up(by=here, at=at + MINUTE)
    assert (third.waiting, third.reports) == (0, 1)


def test_eight_reports_do_not_wait(people: People) -> None:
    indexed(people)
    for _ in range(indexing.FEWEST):
        people.send()
    quarter_hour_over(people.at)
    with people.sitting("Odile") as here:
        [covered] = indexing.catch_up(by=here, at=people.at + 60 * MINUTE)
    assert (covered.waiting, covered.reports) == (0, 8)


def test_opening_a_queue_looks_every_twenty_seconds_and_at_once_while_much_waits(people: People) -> None:
    indexed(people)
    at = people.at + 90 * MINUTE
    with people.sitting("Odile") as here:
        indexing.keep_up(by=here, at=at)
    for _ in range(indexing.FEWEST):
        people.send()
    quarter_hour_over(people.at)
    with people.sitting("Odile") as here:
        indexing.keep_up(by=here, at=at + timedelta(seconds=5))
        assert indexing.coverage(here.desk_ids)[0].waiting == indexing.FEWEST
        indexing.keep_up(by=here, at=at + timedelta(seconds=21))
        assert indexing.coverage(here.desk_ids)[0].waiting == 0


def test_a_session_that_can_do_nothing_about_a_backlog_does_not_try_again_at_once(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the server would request one step after another (`gateway.idle_work`)."""
    monkeypatch.setattr(indexing, "_next_look", {})
    indexed(people)
    for _ in range(indexing.FEWEST):
        people.send()
    quarter_hour_over(people.at)
    at = people.at + 60 * MINUTE
    with people.sitting("Odile") as here:
        without = replace(here, keyring=replace(here.keys(), seeds={}))
        indexing.keep_up(by=without, at=at)
        assert not indexing.is_due(by=without, at=at), "no key of the desk"
        assert indexing.is_due(by=without, at=at + indexing.EVERY)
        indexing.keep_up(by=here, at=at + indexing.EVERY)
        assert indexing.coverage(here.desk_ids)[0].waiting < indexing.FEWEST


def test_the_time_limit_counts_after_each_report(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    indexed(people)
    monkeypatch.setattr(indexing, "SECONDS", 0)
    monkeypatch.setattr(indexing, "LAST_SECONDS", 0)
    for _ in range(3):
        people.send()
    quarter_hour_over(people.at)
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as here:
        assert [indexing.index_batch(desk, by=here, at=people.at) for _ in range(4)] == [1, 1, 1, 0]


def test_no_batch_leaves_so_few_reports_that_they_wait_for_others(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed(people)
    monkeypatch.setattr(indexing, "SECONDS", 0)
    monkeypatch.setattr(indexing, "LAST_SECONDS", 60)
    for _ in range(indexing.FEWEST + 2):
        people.send()
    quarter_hour_over(people.at)
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as here:
        batches = [indexing.index_batch(desk, by=here, at=people.at) for _ in range(4)]
    assert batches == [1, 1, indexing.FEWEST, 0]


def test_a_locked_session_indexes_nothing(people: People) -> None:
    people.send()
    quarter_hour_over(people.at)
    with people.sitting("Odile", unlocked=False) as here:
        [covered] = indexing.catch_up(by=here, at=people.at)
    assert not covered.made


def test_a_damaged_note_leaves_the_rest_of_its_report_to_be_found(people: People) -> None:
    ref, _ = people.taken(narrative="quillon")
    with people.sitting("Odile") as here:
        officer_notes.write(ref, "A zeppelin.", by=here, at=people.at)
        officer_notes.write(ref, "A gazebo.", by=here, at=people.at)
    note = SealedHeader.objects.filter(report=ref, part="note").order_by("container").first()
    assert note is not None
    SealedPayload.objects.filter(container=note.container).update(payload=b"nonsense")
    [covered] = indexed(people)
    assert (covered.reports, covered.aside) == (1, 1), "it is listed, and its desk is told"
    assert found(people, "quillon") == [ref]
    assert len(found(people, "zeppelin") + found(people, "gazebo")) == 1
    with acting("worker"):
        clock.watch(people.at)
        assert Alarm.objects.get(kind="not-searchable").desk.code == "north-east"


def test_one_report_that_cannot_be_read_is_set_aside_and_named(people: People) -> None:
    bad, _ = people.send(narrative="zeppelin")
    good, _ = people.send(narrative="quillon")
    part = SealedHeader.objects.get(report_id=bad, part="report")
    payload = SealedPayload.objects.get(container=part.container)
    whole = bytes(payload.payload)
    SealedPayload.objects.filter(container=payload.container).update(payload=altered(whole))
    [covered] = indexed(people)
    assert (covered.reports, covered.aside, covered.waiting) == (1, 1, 0)
    assert found(people, "quillon") == [good]
    with people.sitting("Odile") as here:
        assert indexing.set_aside(here.desk_ids) == (bad,)
    SealedPayload.objects.filter(container=payload.container).update(payload=whole)
    with people.sitting("Odile") as here:
        assert indexing.try_again(by=here) == 1
    indexed(people)
    assert found(people, "zeppelin") == [bad]


def hand_over(people: People, ref: UUID) -> None:
    with people.sitting("Odile") as here:
        transitions.hand_over(ref, "south-west", "Theirs", version=row(ref).version, by=here, at=people.at)


def test_a_report_that_is_handed_over_leaves_one_index_at_once_and_enters_the_other(people: People) -> None:
    ref, _ = people.taken(narrative="quillon")
    indexed(people)
    hand_over(people, ref)
    assert SearchIndex.objects.get(desk__code="north-east").reports == 0
    assert found(people, "quillon") == []
    indexed(people, "Otto")
    assert found(people, "quillon", "Otto") == [ref]


def dispose(people: People, ref: UUID) -> None:
    with_leads(people)
    with people.sitting("Odile") as here:
        ident = keeping.propose(ref, "no-purpose", by=here, at=people.at)
    with people.sitting("Olga") as olga:
        assert keeping.decide(ident, dispose=True, by=olga, at=people.at)


def test_a_report_that_is_disposed_of_is_gone_from_search_at_once(people: People) -> None:
    ref, _ = people.closed(narrative="quillon")
    other, _ = people.send(narrative="quillon too")
    indexed(people)
    dispose(people, ref)
    assert found(people, "quillon") == [other]
    assert SearchIndex.objects.get(desk__code="north-east").purge == "due"


def pages_of(code: str) -> dict[int, bytes]:
    rows = SearchPage.objects.filter(index__desk__code=code)
    return {one.number: bytes(one.sealed) for one in rows}


def test_a_purge_seals_every_page_anew_and_the_old_ones_open_no_more(people: People) -> None:
    ref, _ = people.closed(narrative="quillon")
    other, _ = people.send(narrative="marzipan")
    indexed(people)
    stolen = pages_of("north-east")
    dispose(people, ref)
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as here:
        assert not desk_index.purge_step(desk, by=here, at=people.at), "once a day is enough"
        tomorrow, steps = people.at + timedelta(days=1), 0
        while desk_index.purge_step(desk, by=here, at=tomorrow):
            steps += 1
        assert steps >= 3
        assert indexing.check(desk, by=here) == 1
    now = SearchIndex.objects.get(desk_id=desk)
    assert (now.purge, now.purge_by) == ("", None)
    assert not set(stolen.values()) & set(pages_of("north-east").values())
    assert found(people, "marzipan") == [other]
    assert len(logged("index-purged")) == 1
    for number, sealed in stolen.items():
        SearchPage.objects.filter(index=now, number=number).update(sealed=sealed)
    with people.sitting("Odile") as here, pytest.raises(Damaged):
        indexing.check(desk, by=here)


def test_when_somebody_leaves_nothing_more_is_written_under_keys_that_they_hold(people: People) -> None:
    a_third_officer(people)
    first, _ = people.send(narrative="quillon")
    indexed(people)
    desk = people.house.desks["north-east"].id
    with people.sitting("Olga") as olga:
        held = desk_index.keys_of(SearchIndex.objects.get(desk_id=desk), olga.keys())
    leaves(people, "Olga")
    people.tokens.clear()
    with people.sitting("Odile"):
        pass  # makes the desk's new key
    second, _ = people.send(narrative="marzipan")
    indexed(people)
    with people.sitting("Odile") as here:
        while desk_index.purge_step(desk, by=here, at=people.at):
            pass
        assert readdressing.readdress(desk, by=here, at=people.at).left == 0
    row = SearchIndex.objects.get(desk_id=desk)
    assert str(row.epoch) == present(people)
    assert found(people, "quillon") + found(people, "marzipan") == [first, second]
    for page in SearchPage.objects.filter(index=row):
        place = b"%b/%b/%d/%d" % (settings.INSTALLATION.encode(), str(row.id).encode(), 1, page.number)
        with pytest.raises(CannotOpen):
            PageSealer(held.pages[1]).open(bytes(page.sealed), place)


def test_searches_and_the_index_are_readdressed_like_reports(people: People) -> None:
    a_third_officer(people)
    people.send(narrative="quillon")
    indexed(people)
    look_for(people, "quillon")
    desk = people.house.desks["north-east"].id
    leaves(people, "Olga")
    people.tokens.clear()
    with people.sitting("Odile") as here:
        assert readdressing.readdress(desk, by=here, at=people.at).left == 0
    epochs = {str(one) for search in Search.objects.all() for one in search.epochs}
    assert epochs == {present(people)} == {str(SearchIndex.objects.get(desk_id=desk).epoch)}
    assert found(people, "quillon")


def test_after_readdressing_the_pages_are_sealed_under_keys_that_nobody_who_left_can_have(
    people: People,
) -> None:
    a_third_officer(people)
    ref, _ = people.send(narrative="quillon")
    indexed(people)
    desk = people.house.desks["north-east"].id
    with people.sitting("Olga") as olga:
        held = desk_index.keys_of(SearchIndex.objects.get(desk_id=desk), olga.keys())
    leaves(people, "Olga")
    people.tokens.clear()
    with people.sitting("Odile") as here:
        assert readdressing.readdress(desk, by=here, at=people.at).left == 0
        assert SearchIndex.objects.get(desk_id=desk).purge == "due"
        while desk_index.purge_step(desk, by=here, at=people.at):
            pass
        now = desk_index.keys_of(SearchIndex.objects.get(desk_id=desk), here.keys())
    assert not set(held.pages.values()) & set(now.pages.values())
    assert {one.generation for one in SearchPage.objects.all()} == set(now.pages)
    assert found(people, "quillon") == [ref]


def test_after_a_restore_the_next_session_makes_the_index_anew(people: People) -> None:
    """Backups contain neither indexes nor the queue of reports to index."""
    ref, _ = people.send(narrative="quillon")
    indexed(people)
    for table in (SearchPage, SearchIndex, SearchWaiting):
        table.objects.all().delete()
    indexed(people)
    assert found(people, "quillon") == [ref]


def test_the_worker_deletes_an_index_that_nobody_has_purged_in_time(people: People) -> None:
    ref, _ = people.closed(narrative="quillon")
    other, _ = people.send(narrative="marzipan")
    indexed(people)
    dispose(people, ref)
    with acting("worker"):
        assert clockwork.end_searches() == 0
    SearchIndex.objects.update(purge_by=people.at.date())
    with acting("worker"):
        assert clockwork.end_searches() >= 1
    assert not SearchPage.objects.filter(index__desk__code="north-east").exists()
    indexed(people)
    assert found(people, "marzipan") == [other]


def test_an_index_that_was_tampered_with_is_made_anew_and_that_is_logged(people: People) -> None:
    ref, _ = people.send(narrative="quillon")
    indexed(people)
    SearchPage.objects.update(sealed=b"x" * 8092)
    people.send(narrative="marzipan")
    indexed(people)
    assert logged("index-damaged")
    indexed(people)
    assert found(people, "quillon") == [ref]


def test_a_page_of_an_index_is_one_row_of_one_heap_page(people: People) -> None:
    people.send()
    indexed(people)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attstorage, (SELECT count(*) FROM pg_class t WHERE t.oid = c.reltoastrelid AND t.relpages > 0)"
            " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'sealed'"
            " WHERE c.relname = 'reports_search_page'"
        )
        assert cursor.fetchone() == ("p", 0)
        cursor.execute("SELECT max(octet_length(sealed)), min(octet_length(sealed)) FROM reports_search_page")
        assert cursor.fetchone() == (8092, 8092)


def test_a_session_reaches_the_pages_of_its_desk_alone(people: People) -> None:
    people.send()
    indexed(people)
    for name, sees in (("Odile", True), ("Olga", True), ("Otto", False), ("Ada", False), ("Stella", False)):
        with people.sitting(name, unlocked=False):
            there = SearchPage.objects.exists(), SearchIndex.objects.exists()
            assert there == (sees, sees), name
            if not sees:
                assert SearchPage.objects.all().delete()[0] == 0
                assert not desk_index.begin(people.house.desks["north-east"].id, on=people.at.date())


def test_a_search_looks_into_what_was_stored_by_another_process(people: People) -> None:
    """Outdated pages in the cache of this process are recognised."""
    first, _ = people.send(narrative="quillon")
    indexed(people)
    assert found(people, "quillon") == [first]
    second, _ = people.send(narrative="quillon")
    indexed(people, "Olga")
    assert set(found(people, "quillon")) == {first, second}
    assert look_for(people, "quillon").hits == 2
