"""New reports are indexed after a page, not while somebody waits for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings

from heedline.casework.search import indexing
from heedline.permits.models import UnlockedKeys
from heedline.reports.models import SearchWaiting
from heedline.web.afterwards import AFTERWARDS, AUTOMATIC, COOKIE
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.search_scene import quarter_hour_over
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
STEP = "/w/index/step/"


@pytest.fixture(autouse=True)
def _every_page_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "_next_look", {})
    monkeypatch.setattr(indexing, "SECONDS", 0)  # one report at a time
    monkeypatch.setattr(indexing, "LAST_SECONDS", 0)


def waiting() -> int:
    return SearchWaiting.objects.filter(desk__code="north-east", gone=False).count()


def test_a_page_leaves_indexing_to_the_requests_that_follow_it(
    house: House, hand: Callable[[], Hand]
) -> None:
    for _ in range(indexing.FEWEST + 1):
        ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"})
    quarter_hour_over(now())
    odile = hand().at_work(house, "Odile")
    for path in ("/w/", "/w/q/north-east/", "/w/search/", f"/w/r/{ref}/"):
        page = odile.client.get(path, **{AFTERWARDS: ""})
        assert (page.status_code, page.wsgi_request.META[AFTERWARDS]) == (200, STEP)
        session = odile.client.cookies[settings.SESSION_COOKIE_NAME].value
        assert page.wsgi_request.META[COOKIE] == f"{settings.SESSION_COOKIE_NAME}={session}"
    assert waiting() == indexing.FEWEST + 1
    until = now() + timedelta(minutes=2)
    UnlockedKeys.objects.update(idle_until=until)
    steps = [odile.client.get(STEP, **{AUTOMATIC: True}) for _ in range(6)]
    statuses = [one.status_code for one in steps]
    assert statuses == sorted(statuses)  # 202 while more is waiting, then 204
    assert {202, 204} == set(statuses)
    assert waiting() == indexing.FEWEST - 1
    assert b"".join(one.content for one in steps) == b""
    assert UnlockedKeys.objects.get().idle_until == until  # nobody was there
    page = odile.client.get("/w/q/north-east/", **{AFTERWARDS: ""})
    assert page.wsgi_request.META[AFTERWARDS] == "", "fewer than eight wait for others"


def test_a_locked_session_takes_no_step(house: House, hand: Callable[[], Hand]) -> None:
    a_report(at=now(), where={"postcode": "NE1 4ST"})
    quarter_hour_over(now())
    odile = hand().at_work(house, "Odile")
    UnlockedKeys.objects.all().delete()
    page = odile.client.get("/w/", **{AFTERWARDS: ""})
    assert page.wsgi_request.META[AFTERWARDS] == ""
    assert odile.client.get(STEP, **{AUTOMATIC: True}).status_code == 302
    assert waiting() == 1
