"""Officers and the operator's monitoring notice when the worker, which pages people, does not run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from heedline.casework.duty import alarms, page_rounds, paging
from heedline.dispatch.models import WorkerBeat
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.site_client import SiteClient

pytestmark = pytest.mark.django_db
SAID = "Nobody is being paged."


def _beat(minutes_ago: int) -> None:
    with acting("worker"):
        paging.beat(now() - timedelta(minutes=minutes_ago), thread=WorkerBeat.DANGERS)


@pytest.mark.parametrize("name", ["Odile", "Nadia", "Stella"])
def test_every_page_says_that_nobody_is_being_paged_while_the_worker_is_silent(
    house: House, hand: Callable[[], Hand], name: str
) -> None:
    _beat(minutes_ago=0)
    signed_in = hand().at_work(house, name)
    signed_in.get("/w/")
    assert SAID not in signed_in.html
    _beat(minutes_ago=5)
    for page in ("/w/", "/w/alarms/", "/me/"):
        signed_in.get(page)
        assert SAID in signed_in.html, page


def test_monitoring_asks_without_signing_in_and_learns_nothing_else(house: House) -> None:
    _beat(minutes_ago=0)
    answer = SiteClient("office").get("/check/paging/")
    assert (answer.status_code, answer.content) == (200, b"Paging works.\n")
    _beat(minutes_ago=5)
    answer = SiteClient("office").get("/check/paging/")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert b"Nobody is being paged" in answer.content
    assert not answer.cookies


def test_other_tasks_do_not_hide_that_danger_pages_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _beat(minutes_ago=5)
    with acting("worker"):
        paging.beat(now())
        with monkeypatch.context() as broken:
            broken.setattr(page_rounds, "chained", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                paging.page_dangers(now(), 0.0)
    assert not alarms.somebody_is_paged()
    with acting("worker"):
        paging.page_dangers(now(), 0.0)
    assert alarms.somebody_is_paged()
