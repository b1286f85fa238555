"""A flood at the page that sends is slowed, and nobody is turned away: not by the box, not by the token, not by the pace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from heedline.casework.intake import rate_limit
from heedline.casework.intake.rate_limit import CALLER, Pace
from heedline.casework.pages.queues import queue
from heedline.casework.report import opening
from heedline.reports.models import Report
from heedline.web.public.report import gates, turns
from tests.rules.test_pace import Clock
from tests.sites.public.walker import Walker
from tests.support.acting import acting
from tests.support.cast import House, now

SEND = "Send your report"
WAIT = "Wait 10 seconds, then press the button again."
WORDS = "A lorry without plates came to the yard behind the mill three nights in a row."


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """One place may send once at once; time stands still."""
    clock, began = Clock(), now()
    zero = clock.now
    strict = another_process(clock)
    monkeypatch.setattr(rate_limit, "PACE", strict)
    monkeypatch.setattr(gates, "PACE", strict)
    monkeypatch.setattr(turns, "now", lambda: began + timedelta(seconds=clock.now - zero))
    return clock


def another_process(clock: Clock) -> Pace:
    """What counts in one process of the public site."""
    return Pace(burst=1, every=1_000.0, wait=10.0, clock=clock)


def comes_from(walker: Walker, address: str) -> Walker:
    """Every request of theirs carries the number that the web application would give it."""
    walker.client.defaults[CALLER] = gates.PACE.caller(address)
    return walker


def ready(walker: Walker) -> Walker:
    """At the page that sends, with something to send."""
    return walker.tell(WORDS).visit("/r/check/")


def flooded(rosa: Walker) -> Walker:
    """Somebody else at the same place has just sent, so that Rosa's press comes after the burst."""
    ready(comes_from(Walker(), "203.0.113.77")).press(SEND)
    assert Report.objects.count() == 1
    return ready(comes_from(rosa, "203.0.113.77"))


# --- the pace -----------------------------------------------------------------------------------------------------------


def test_too_much_from_one_place_waits_and_is_then_sent(rosa: Walker, clock: Clock) -> None:
    flooded(rosa).press(SEND)
    assert rosa.at == "/r/check/?again=1"
    assert rosa.status == 200
    assert WAIT in rosa.main
    assert WORDS in rosa.main, "what was written is there to see"
    assert Report.objects.count() == 1
    rosa.press(SEND)
    assert WAIT in rosa.main, "too early"
    clock.now += 10
    rosa.press(SEND)
    assert rosa.at == "/code/"
    assert Report.objects.count() == 2


@pytest.mark.parametrize("odd", [False, True])
def test_whoever_has_waited_is_not_asked_again_by_another_process(
    rosa: Walker, clock: Clock, monkeypatch: pytest.MonkeyPatch, odd: bool
) -> None:
    """Two of them serve the public site, each with its own memory, and the flood reaches both."""
    flooded(rosa).press(SEND, **({"homepage": "http://x.example"} if odd else {}))
    assert WAIT in rosa.main
    monkeypatch.setattr(gates, "PACE", another_process(clock))
    assert gates.PACE.wait(gates.PACE.caller("203.0.113.77"), uuid4()) == 0
    clock.now += 10
    comes_from(rosa, "203.0.113.77").press(SEND)
    assert rosa.at == "/code/"


def test_what_waited_is_like_any_other_report(rosa: Walker, clock: Clock) -> None:
    """Law 9: a gate lowers nothing."""
    flooded(rosa).press(SEND)
    clock.now += 10
    rosa.press(SEND)
    one, other = Report.objects.all()
    for name in ("rank", "urgency", "desk_id", "stage", "due_at", "channel"):
        assert getattr(one, name) == getattr(other, name), name


def test_danger_passes_every_gate(rosa: Walker, clock: Clock) -> None:
    """Both ways: the one box of who cannot call, and the whole form with danger in it."""
    flooded(rosa)
    for number in range(2, 5):
        fast = comes_from(Walker(), "203.0.113.77").visit("/emergency/")
        fast.press("Send now", narrative=WORDS)
        assert fast.at == "/code/"
        assert Report.objects.count() == number
    slow = comes_from(Walker(), "203.0.113.77").begin().press("Start", danger="yes")
    slow.press("I have called and want to continue")
    slow.press("Skip the other questions", narrative=WORDS, homepage="http://x.example")
    slow.press("Continue", who="anonymous").press(SEND, form_token="nothing", homepage="http://x.example")
    assert slow.at == "/code/"
    assert Report.objects.filter(urgency="danger").count() == 4


def test_messages_are_never_asked_about_anything(rosa: Walker, clock: Clock) -> None:
    comes_from(rosa, "203.0.113.77")
    ready(rosa).press(SEND)
    code = rosa.shown_code()
    ready(comes_from(Walker(), "203.0.113.77")).press(SEND)
    for text in ("one", "two", "three"):
        rosa.visit("/messages/").press("Open", code=code)
        rosa.visit("/messages/open/").press("Send your message", danger="no", text=text)
        assert rosa.at == "/messages/open/sent/"


# --- the token ----------------------------------------------------------------------------------------------------------


def post(walker: Walker, **fields: str) -> Any:
    with acting("public"):
        return walker.client.post(
            "/r/check/", {"csrfmiddlewaretoken": walker.typed("csrfmiddlewaretoken"), **fields}
        )


@pytest.mark.parametrize(
    "token", ["", "0", "0.", "1." + "0" * 32, "0." + "0" * 32, "-1.x", "9" * 300, "٣.x", "0.é"]
)
def test_a_form_without_its_token_is_shown_again_and_then_sends(rosa: Walker, token: str) -> None:
    ready(rosa)
    answer = post(rosa, form_token=token)
    assert (answer.status_code, answer["Location"]) == (303, "/r/check/?again=1")
    assert not Report.objects.exists()
    rosa.visit("/r/check/?again=1")
    assert WAIT in rosa.main
    rosa.press(SEND)
    assert rosa.at == "/code/"


def test_a_token_of_another_draft_is_none(rosa: Walker) -> None:
    other = ready(Walker())
    ready(rosa)
    assert post(rosa, form_token=other.typed("form_token"))["Location"] == "/r/check/?again=1"
    assert not Report.objects.exists()


def test_two_presses_of_one_page_lead_both_to_the_code(rosa: Walker) -> None:
    ready(rosa)
    token = rosa.typed("form_token")
    assert post(rosa, form_token=token)["Location"] == "/code/"
    again = post(rosa, form_token=token)
    assert again["Location"] == "/code/"
    assert Report.objects.count() == 1


def test_two_tabs_have_the_same_token_until_it_is_spent(rosa: Walker) -> None:
    token = ready(rosa).typed("form_token")
    assert rosa.visit("/r/check/").typed("form_token") == token


# --- the box ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/r/what/", "/r/check/"])
def test_whoever_fills_the_hidden_box_waits_once_and_the_desk_is_told(
    house: House, rosa: Walker, clock: Clock, page: str
) -> None:
    rosa.tell(WORDS)
    if page == "/r/what/":
        rosa.visit(page).press("Continue", narrative=WORDS, homepage="http://cheap.example")
        rosa.visit("/r/check/").press(SEND)
    else:
        rosa.visit(page).press(SEND, homepage="http://cheap.example")
    assert WAIT in rosa.main
    assert "cheap.example" not in rosa.html
    clock.now += 10
    rosa.press(SEND)
    assert rosa.at == "/code/"
    report = Report.objects.get()
    assert report.rank == 2, "it stands where it would have stood"
    with acting("office"):
        nadia = house.sign_in("Nadia", at=now())
        found = queue.queue(by=nadia, at=now(), view=queue.QueueView())
    assert [line.flags for line in found.lines] == [(opening.HINTS["box-filled"],)]


def test_an_empty_box_is_no_hint(house: House, rosa: Walker) -> None:
    ready(rosa).press(SEND)
    with acting("office"):
        nadia = house.sign_in("Nadia", at=now())
        found = queue.queue(by=nadia, at=now(), view=queue.QueueView())
    assert [line.flags for line in found.lines] == [()]


def test_every_question_page_has_the_box_and_the_fast_way_has_none(rosa: Walker) -> None:
    ready(rosa)
    for path in ("/r/what/", "/r/where/", "/r/person/new/", "/r/check/"):
        rosa.visit(path)
        assert rosa.html.count('name="homepage"') == 1, path
        assert 'tabindex="-1"' in rosa.html
        assert "style=" not in rosa.html.partition('class="hl-leave-empty"')[2][:300]
    for path in ("/emergency/", "/messages/"):
        assert 'name="homepage"' not in rosa.visit(path).html, path
    rosa.visit("/r/now/").press("Continue", danger="yes").press("I cannot call")
    assert 'name="homepage"' not in rosa.html
