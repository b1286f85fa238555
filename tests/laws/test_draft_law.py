"""Tests that drafts, which anybody may start, are small, rate-limited and capped, and never hold up a report.

The law of time holds for them as for reports: nothing tells when in a quarter hour somebody was writing.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from heedline.casework.intake import draft_room, drafting, form_tokens, settle_arrivals
from heedline.casework.intake.draft_room import For, StoreFull
from heedline.casework.intake.drafting import Draft
from heedline.casework.intake.rate_limit import CALLER, Caller
from heedline.casework.journey import call_taking
from heedline.dispatch.clocks import slot_of
from heedline.reports.models import Report
from heedline.vault.codes import new_code
from tests.laws.committed import committed_house, superuser
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import NORTH_EAST, People
from tests.support.site_client import SiteClient

WORDS = "Zinnober and quinquereme"
MEGABYTE = 1024 * 1024


def taken() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('intake_draft')")
        return int(cursor.fetchone()[0])


def sizes() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT octet_length(sealed) FROM intake_draft")
        return [size for (size,) in cursor.fetchall()]


def a_draft(narrative: str = WORDS, **more: Any) -> Draft:
    draft = Draft(drafting.new_cookie(), answers={"what": {"narrative": narrative}}, **more)
    with acting("public"):
        drafting.save(draft, at=now())
    return draft


@pytest.fixture
def little_room(db: None) -> Iterator[None]:
    """Room for one megabyte of drafts more. (What earlier tests wrote and took back still has its room on the disk.)"""
    with override_settings(DRAFT_ROOM=(taken() + MEGABYTE) * 100 // 75):
        yield


def fill() -> None:
    """Start drafts of the maximum size until there is no room for another."""
    with acting("public"):
        for _ in range(200):
            draft = Draft(
                drafting.new_cookie(), answers={"what": {"narrative": secrets.token_hex(55_000)[:60_000]}}
            )
            try:
                drafting.save(draft, at=now())
            except StoreFull:
                return
    raise AssertionError("two hundred large drafts were kept")


# --- small ------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_length_of_a_draft_does_not_tell_the_length_of_its_words() -> None:
    a_draft("")
    a_draft(WORDS)
    a_draft(WORDS * 100)
    with acting("public"):
        drafting.open_visit(new_code(), at=now())
    assert len(set(sizes())) == 1, "short and long drafts and visits look alike"
    a_draft(secrets.token_hex(9_000))
    assert len(set(sizes())) == 2


@pytest.mark.django_db
def test_a_draft_is_small_and_yet_holds_the_longest_report() -> None:
    people = [{"name": "n" * 200, "looks": stories.NARRATIVE * 9} for _ in range(10)]
    draft = a_draft("É" * 10_000)
    draft.answers["people"] = {"items": people}
    with acting("public"):
        drafting.save(draft, at=now())
        again = drafting.load(draft.cookie, at=now())
        assert again is not None
        assert again.answers == draft.answers
        with pytest.raises(ValueError, match="not kept"):
            drafting.save(
                Draft(drafting.new_cookie(), answers={"x": {"y": secrets.token_hex(70_000)}}), at=now()
            )
    assert max(sizes()) < 66_000


# --- bounded ----------------------------------------------------------------------------------------------------------
def page_of(client: SiteClient) -> tuple[str, dict[str, str]]:
    """Start a report in this browser. Return the URL of its first page and its form fields besides the answer."""
    client.get("/tell/")
    token = {"csrfmiddlewaretoken": client.cookies[settings.CSRF_COOKIE_NAME.replace("_off_", "_pub_")].value}
    return "/r/now/", token


def begun(client: SiteClient, **more: Any) -> Any:
    _, token = page_of(client)
    return client.post("/tell/", token, **more)


@pytest.mark.django_db
def test_when_drafts_have_used_up_their_room_a_page_says_so_and_reports_still_come_in(
    house: House, little_room: None
) -> None:
    client = SiteClient("public")
    assert begun(client).status_code == 303
    fill()
    assert taken() < settings.DRAFT_ROOM
    late = SiteClient("public")
    answer = begun(late)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "We are very busy" in answer.content.decode()
    # what somebody typed in a page is still there, to be sent again
    _, token = page_of(late)
    answer = late.post("/r/what/", {**token, "narrative": WORDS})
    assert answer.status_code in {200, 503}
    assert WORDS in answer.content.decode()
    # who has begun goes on
    _, token = page_of(client)
    assert client.post("/r/now/", {**token, "danger": "no"}).status_code == 303
    # somebody in danger, an officer on the telephone, and a report that is ready
    danger = SiteClient("public")
    _, token = page_of(danger)
    assert danger.post("/emergency/", token).headers["Location"].endswith("/r/brief/")
    people = People(house, now())
    with people.sitting("Odile") as odile:
        call_taking.keep(call_taking.begin(None, by=odile), {"what.narrative": [WORDS]}, at=now())
    stories.a_report(at=now(), **NORTH_EAST)
    assert Report.objects.count() == 1


@pytest.mark.django_db
def test_somebody_in_danger_is_heard_although_no_draft_can_be_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = SiteClient("public")
    _, token = page_of(client)
    client.post("/emergency/", token)
    monkeypatch.setattr(draft_room, "_SHARES", dict.fromkeys(For, (0, 0)))
    answer = client.post("/r/brief/", {**token, "narrative": "He is outside with a knife"})
    assert answer.status_code == 200
    assert Report.objects.get().urgency == "danger"
    assert "We have your message" in answer.content.decode()


@pytest.mark.django_db
def test_drafts_leave_room_on_the_disk_for_reports(house: House, tmp_path: Path) -> None:
    draft = a_draft()
    with override_settings(DATABASE_DISK=tmp_path, KEEP_FREE=2**60):
        for one in (draft, Draft(drafting.new_cookie())):
            with acting("public"), pytest.raises(StoreFull):
                drafting.save(one, at=now())
        stories.a_report(at=now(), **NORTH_EAST)
        assert Report.objects.count() == 1
    with acting("public"):  # nobody has to start anything once there is room
        drafting.save(draft, at=now())
    assert draft_room.free_bytes(tmp_path / "nowhere") is None


# --- paced ------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_one_place_cannot_begin_drafts_without_end(house: House) -> None:
    here, elsewhere = (Caller(secrets.token_bytes(16)) for _ in range(2))
    answers: list[int] = []
    while 503 not in answers:  # on a busy machine some more are allowed by the time that has gone by
        assert len(answers) < 100
        answers.append(begun(SiteClient("public"), **{CALLER: here}).status_code)
    assert answers[:60] == [303] * 60
    assert begun(SiteClient("public"), **{CALLER: elsewhere}).status_code == 303
    client = SiteClient("public")  # without a cookie, by posting words to a page
    _, token = page_of(client)
    answers = [client.post("/r/what/", {**token, "narrative": WORDS}, **{CALLER: here}) for _ in range(3)]
    assert {answer.status_code for answer in answers} <= {303, 503}
    assert all(WORDS in a.content.decode() for a in answers if a.status_code == 503)
    danger = SiteClient("public")
    _, token = page_of(danger)
    assert danger.post("/emergency/", token, **{CALLER: here}).status_code == 303, "danger never waits"


@pytest.mark.django_db
def test_one_draft_cannot_be_saved_without_end() -> None:
    draft = a_draft()
    kept = 0
    with acting("public"), suppress(StoreFull):
        for _ in range(200):
            drafting.save(draft, at=now())
            kept += 1
    assert 100 < kept < 200
    a_draft()


def test_a_draft_that_is_saved_again_stays_on_its_page(house: House) -> None:
    """Then no index or other table is written, and nothing of its earlier version remains there."""

    def pages() -> list[tuple[str]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT split_part(ctid::text, ',', 1) FROM intake_draft")
            return cursor.fetchall()

    def beside() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'intake_draft'::regclass"
            )
            return int(cursor.fetchone()[0])

    there = beside()  # other tests may have had longer drafts in this database
    draft = a_draft(" ".join(f"word{n}" for n in range(280)))
    before = pages()
    draft.answers["where"] = {"place": "Market Square"}
    with acting("public"):
        drafting.save(draft, at=now())
    assert pages() == before
    assert beside() == there


@pytest.mark.django_db
def test_what_all_drafts_take_is_looked_up_four_times_a_second_while_there_is_much_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr(drafting, "ON_DISK", draft_room.DraftsOnDisk(lambda: clock[0]))
    looked: list[bool] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "door.save_draft" in sql:
            looked.append(params[4:] != (None, None))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        for after in (0.0, 0.0, 0.2, 0.1, 0.0):
            clock[0] += after
            a_draft()
        assert looked == [True, False, False, True, False]
        least = draft_room.DraftsOnDisk.AMPLE
        with override_settings(
            DRAFT_ROOM=(taken() + least) * 100 // 75 - MEGABYTE
        ):  # a little less than much
            a_draft()
            a_draft()
    assert looked[5:] == [True, True]


# --- and without a time -----------------------------------------------------------------------------------------------
@pytest.fixture
def committed(django_db_blocker: Any) -> Iterator[House]:
    with committed_house(django_db_blocker) as house:
        yield house


def ages() -> list[tuple[str, str]]:
    with superuser() as db:
        return db.execute("SELECT xmin::text, xmax::text FROM intake_draft").fetchall()


def spend(row: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT door.spend_form(%s, 0)", [row])
        assert cursor.fetchone() == (True,)


def test_nothing_tells_when_in_a_quarter_hour_a_draft_was_saved(committed: House) -> None:
    """Neither the id of the transaction that wrote its row nor that of a failed attempt reveals the time."""
    drafts = [a_draft() for _ in range(40)]
    assert len({x for x, _ in ages()}) == 40, "the test would see it"
    with acting("worker"):
        assert settle_arrivals.settle_drafts(now()) == 40
    assert len({x for x, _ in ages()}) == 1
    assert {x for _, x in ages()} == {"0"}
    # a sending that failed leaves its number at the row; a form that was spent, at the new one
    with acting("public"):
        token = form_tokens.read(drafts[0], form_tokens.make(drafts[0]))
        assert token is not None
        with suppress(InterruptedError), transaction.atomic():
            spend(token.row)
            raise InterruptedError
        other = form_tokens.read(drafts[1], form_tokens.make(drafts[1]))
        assert other is not None
        spend(other.row)
    assert {x for _, x in ages()} != {"0"}
    with acting("worker"):
        assert settle_arrivals.settle_drafts(now()) == 2, "those that were touched, and no other"
        assert settle_arrivals.settle_drafts(now()) == 0
    assert {x for _, x in ages()} == {"0"}
    assert len({x for x, _ in ages()}) == 2
    with acting("public"):
        spent = drafting.load(drafts[1].cookie, at=now())
        assert spent is not None
        assert form_tokens.make(spent).startswith("1.")
        assert all(drafting.load(one.cookie, at=now()) for one in drafts)


def test_a_draft_that_is_saved_while_drafts_are_settled_waits_and_is_stored(committed: House) -> None:
    draft = a_draft()

    def saved() -> None:
        try:
            with acting("public"):
                drafting.save(draft, at=now())
        finally:
            connection.close()

    with superuser() as db, superuser() as looking, ThreadPoolExecutor(1) as apart:
        db.execute("BEGIN")
        db.execute("SELECT clockwork.settle_drafts(100)")
        waiting = apart.submit(saved)
        while not looking.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            time.sleep(0.001)
        db.execute("COMMIT")
        waiting.result()


def test_settling_reports_touches_no_draft(committed: House) -> None:
    """The number of drafts does not affect how fast sent reports are settled."""
    for _ in range(5):
        a_draft()
    before = ages()
    stories.a_report(at=now(), **NORTH_EAST)
    with acting("worker"):
        assert settle_arrivals.settle(slot_of(now()) + timedelta(days=1500)) == 1
    assert ages() == before


def test_drafts_are_settled_in_batches_and_the_file_is_made_small_again(
    committed: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heedline.dispatch.clockwork._DRAFTS_AT_ONCE", 7)
    drafts = [a_draft(secrets.token_hex(9_000)) for _ in range(20)]
    for one in drafts[3:]:
        with acting("public"):
            drafting.discard(one.cookie, at=now())
    full = taken()
    with acting("worker"):
        assert settle_arrivals.settle_drafts(now()) == 3
    assert taken() < full
