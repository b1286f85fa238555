"""What the pages count, and that a visit writes nothing of it anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from heedline.casework.intake import page_counts
from heedline.casework.intake.page_counts import Counted, Counts
from heedline.intake.models import Count
from heedline.web.public.report import tally, turns
from tests.sites.public.mishaps import run_out_of_time
from tests.sites.public.walker import Walker
from tests.support.acting import acting

WORDS = "A lorry without plates came to the yard behind the mill three nights in a row."


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    """What this test counts, released from five on."""
    fresh = Counts(lambda _: 0)
    monkeypatch.setattr(tally, "COUNTS", fresh)
    monkeypatch.setattr(turns, "COUNTS", fresh)
    return fresh


def told(counts: Counts, step: str, what: str, kind: str = "activity") -> int:
    return counts._held[Counted(kind, step, what)]


def test_a_way_to_the_end_counts_each_page_once(rosa: Walker, counts: Counts) -> None:
    rosa.send(WORDS)
    for step in ("start", "what", "you"):
        assert told(counts, step, "entered") == 1, step
        assert told(counts, step, "continued") == 1, step
    assert told(counts, "check", "entered") == 1
    assert told(counts, "check", "sent") == 1
    assert told(counts, "where", "entered") == 0, "it was skipped"


def test_each_mistake_is_counted_by_its_code_and_not_as_a_second_visit(rosa: Walker, counts: Counts) -> None:
    rosa.tell(WORDS).visit("/r/where/")
    rosa.press("Continue", postcode="nowhere at all")
    rosa.press("Continue", postcode="still nothing")
    assert told(counts, "where", "error:postcode") == 2
    assert told(counts, "where", "entered") == 1
    rosa.press("Continue", postcode="NE1 4ST")
    assert told(counts, "where", "continued") == 1


def test_pages_on_which_somebody_says_who_they_are_are_not_counted(rosa: Walker, counts: Counts) -> None:
    """Or the counts of an hour would tell how many reports in it have a name."""
    rosa.tell(WORDS).visit("/r/you/").press("Continue", who="confidence")
    assert rosa.at == "/r/contact/"
    rosa.press("Continue")
    rosa.press("Continue", name="Rosa Example", ways=["phone"], phone="07700 900123")
    rosa.visit("/r/contact/").follow("Exit this page")
    assert not [one for one in counts._held if one.step == "contact"]


def test_changing_an_answer_is_not_another_visit(rosa: Walker, counts: Counts) -> None:
    rosa.tell(WORDS)
    before = told(counts, "what", "entered"), told(counts, "what", "continued")
    rosa.visit("/r/what/?back=check").press("Continue", narrative=WORDS + " And again.")
    assert (told(counts, "what", "entered"), told(counts, "what", "continued")) == before


def test_exit_is_counted_where_they_stood(rosa: Walker, counts: Counts) -> None:
    rosa.begin().press("Start", danger="no").follow("Exit this page")
    assert told(counts, "what", "exit") == 1
    Walker().visit("/exit/")
    assert sum(n for one, n in counts._held.items() if one.what == "exit") == 1


def test_coming_back_too_late_is_counted(rosa: Walker, counts: Counts) -> None:
    rosa.tell(WORDS)
    run_out_of_time()
    rosa.visit("/r/check/")
    assert told(counts, "anywhere", "expired", "anywhere") == 1


def test_who_cannot_call_is_counted_at_their_one_box(rosa: Walker, counts: Counts) -> None:
    rosa.begin().press("Start", danger="yes").press("I cannot call").press("Send now", narrative=WORDS)
    assert (told(counts, "brief", "entered"), told(counts, "brief", "sent")) == (1, 1)


def test_a_report_sent_twice_is_sent_once(rosa: Walker, counts: Counts) -> None:
    rosa.send(WORDS)
    rosa.visit("/r/check/")
    assert told(counts, "check", "sent") == 1


def test_what_somebody_sends_is_never_a_name_of_a_count(rosa: Walker, counts: Counts) -> None:
    rosa.start()
    for path in ("/r/zinnober/", "/r/zinnober/new/", "/r/what/?back=zinnober"):
        rosa.visit(path)
    token = rosa.typed("csrfmiddlewaretoken")
    with acting("public"):
        rosa.client.post("/r/now/", {"csrfmiddlewaretoken": token, "danger": "zinnober", "set": "zinnober"})
        rosa.client.post("/r/zinnober/", {"csrfmiddlewaretoken": token, "set": "zinnober"})
    assert "zinnober" not in repr(list(counts._held))


@contextmanager
def watching(seen: list[str]) -> Iterator[None]:
    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield


def test_no_visit_writes_a_count(rosa: Walker, counts: Counts) -> None:
    """Only the clock does: a row's transaction number would otherwise tell when somebody was here."""
    seen: list[str] = []
    with watching(seen):
        for _ in range(6):
            Walker().send(WORDS)
    assert seen
    assert not [sql for sql in seen if "count" in sql.lower() and "add_counts" in sql]
    assert not Count.objects.exists()
    with acting("public"):
        assert page_counts.flush(counts) > 7
    assert {row.number for row in Count.objects.all()} == {5}
    assert all((row.hour.minute, row.hour.second) == (0, 0) for row in Count.objects.all())
