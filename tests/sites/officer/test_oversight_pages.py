"""The pages of overseers: filters in the address, page after page, a list for a spreadsheet, and nothing for others."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from heedline.audit.acts import Act
from heedline.audit.models import Event
from heedline.casework import oversight, stewardship
from heedline.permits.roles import Role
from tests.cast import House, now
from tests.sites.officer.desk_hand import Hand
from tests.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
PAGES = ("/oversight/", "/oversight/bulk/", "/oversight/hours/", "/oversight/refused/")


@pytest.fixture
def ned(house: House, hand: Callable[[], Hand]) -> Hand:
    """An overseer: no keys, no desk."""
    stewardship.appoint(house.officers["Ned"], Role.OVERSEER, None, hands=house.hands, at=now())
    made = hand()
    made.sign_in("Ned")
    return made


def test_an_overseer_reads_the_log_and_opens_nothing(
    house: House, hand: Callable[[], Hand], ned: Hand
) -> None:
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"})
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    ned.get("/oversight/")
    assert ned.heading == "The log"
    assert "Took it" in ned.html
    assert "Odile O." in ned.html
    assert 'href="/oversight/"' in ned.html, "it stands in the navigation"
    assert "/w/r/" not in ned.html, "no way from here into a report"
    ned.get(f"/w/r/{ref}/")
    assert "Took it" not in ned.html
    ned.get(f"/oversight/?report={ref}")
    assert "Took it" in ned.html
    assert "Could not sign in" not in ned.html.partition("<table")[2]


def test_filters_are_the_address_and_wrong_ones_are_said(house: House, ned: Hand) -> None:
    ned.get(f"/oversight/?officer={house.officers['Ned'].id}&act=log-read")
    assert "<table" in ned.html
    ned.get("/oversight/?since-day=1&since-month=1&since-year=2001&until-day=2&until-month=1&until-year=2001")
    assert "Nothing in the log is like that." in ned.html
    assert 'value="2001"' in ned.html, "what was typed stands there again"
    for wrong in ("since-day=40&since-month=1&since-year=2026", "report=x"):
        ned.get(f"/oversight/?{wrong}")
        assert ned.page.status_code == 422
        assert ned.html.count("There is a problem") == 1
    for odd in ("officer=x&desk=x&act=x", "older=x", "older=99999999999999999999", "older=-1", "refused=no"):
        ned.get(f"/oversight/?{odd}")
        assert ned.page.status_code == 200


def test_older_pages_keep_the_filters(ned: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oversight, "PAGE", 5)
    ned.get("/oversight/?act=statement-signed")
    following = ned.html.partition('" rel="next"')[0].rpartition('href="')[2].replace("&amp;", "&")
    assert "act=statement-signed" in following
    assert "older=" in following
    first = ned.html
    ned.get(f"/oversight/{following}")
    assert "Newest" in ned.html
    assert ned.html.partition("<tbody")[2] != first.partition("<tbody")[2]


def test_a_list_for_a_spreadsheet_is_no_formula(house: House, ned: Hand) -> None:
    house.officers["Odile"].name = "=HYPERLINK(1)"
    house.officers["Odile"].save()
    Event.objects.create(act=Act.REPORT_READ, actor=house.officers["Odile"].id, detail={"a": ["x", "y"]})
    ned.get("/oversight/list/?act=report-read")
    assert ned.page["Content-Type"].startswith("text/csv")
    assert ned.page["Content-Disposition"] == 'attachment; filename="log.csv"'
    assert ned.page["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(ned.html)))
    assert [(row["Act"], row["Who"], row["Detail"]) for row in rows] == [
        ("report-read", "'=HYPERLINK(1)", "a=x, y")
    ]
    assert Event.objects.filter(act=Act.LOG_TAKEN_OUT, outcome="done").count() == 1


def test_what_should_make_them_ask_leads_into_the_log(house: House, ned: Hand) -> None:
    for page in PAGES[1:]:
        ned.get(page)
        assert "There is nothing of that kind." in ned.html
    Event.objects.create(act=Act.REPORT_READ, actor=house.officers["Odile"].id, thing="report")
    Event.objects.create(act=Act.REPORT_READ, actor=house.officers["Odile"].id, outcome="refused")
    for page, words in (("/oversight/hours/", "1 look"), ("/oversight/refused/", "Read it: 1 time")):
        ned.get(page)
        assert words in ned.html
        href = ned.html.partition("<tbody")[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
        ned.get(href)
        assert ned.page.status_code == 200
        assert "Odile O." in ned.html.partition("<tbody")[2]


def test_they_are_nobody_elses(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    for page in (*PAGES, "/oversight/list/"):
        odile.get(page)
        assert odile.page.status_code == 403, page
        assert "<table" not in odile.html
    odile.get("/w/")
    assert "/oversight/" not in odile.html
