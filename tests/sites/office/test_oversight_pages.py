"""The pages of overseers: filters in the address, page after page, a list for a spreadsheet, and nothing for others."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

import heedline
from heedline.audit.acts import Act
from heedline.audit.models import Event
from heedline.casework.continuity import canary
from heedline.casework.oversight import log_view
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from heedline.web.office.oversight import log_words
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
PACKAGE = Path(heedline.__file__).parent
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
    assert "Took the report" in ned.html
    assert "Odile O." in ned.html
    assert 'href="/oversight/"' in ned.html, "it stands in the navigation"
    assert "/w/r/" not in ned.html, "no way from here into a report"
    ned.get(f"/w/r/{ref}/")
    assert "Took the report" not in ned.html
    ned.get(f"/oversight/?report={ref}")
    assert "Took the report" in ned.html
    assert "Could not sign in" not in ned.html.partition("<table")[2]


def test_a_switch_leaves_out_ones_own_views(ned: Hand) -> None:
    for _ in range(2):
        ned.get("/oversight/")
    assert "Viewed the log" in ned.html.partition("<table")[2]
    ned.get("/oversight/?own=no")
    assert "Viewed the log" not in ned.html.partition("<table")[2]
    assert "Leave them out" in ned.html


def keys_written() -> set[str]:
    """Every name under which something is said in an event, out of the source."""
    found: set[str] = set()
    acts = (ast.Attribute, ast.Name)
    fixed = {"actor", "desk", "thing", "thing_id", "refused", "detail", "at_slot", "by"}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            events = any(
                isinstance(a, ast.Attribute)
                and isinstance(a.value, acts)
                and ast.unparse(a).startswith("Act.")
                for a in node.args
            )
            if name in {"record", "_record"} and events:
                found |= {each.arg for each in node.keywords if each.arg and each.arg not in fixed}
            for each in node.keywords:
                if each.arg == "detail":
                    dicts = [one for one in ast.walk(each.value) if isinstance(one, ast.Dict)]
                    found |= {key.value for one in dicts for key in one.keys if isinstance(key, ast.Constant)}  # type: ignore[misc]
    for wall in (PACKAGE / "database").glob("**/*.sql"):
        for built in re.findall(r"jsonb_build_object\(([^;]*?)\)", wall.read_text(encoding="utf-8")):
            found |= set(re.findall(r"'([a-z0-9_]+)',", built))
    return found


def test_every_thing_that_an_event_says_has_a_name() -> None:
    written = keys_written()
    assert {"ground", "left_out", "sha256", "training"} <= written, "the test finds them"
    assert written <= set(log_words.LABELS), written - set(log_words.LABELS)
    assert set(log_view.Sieve().__slots__) <= set(log_words.LABELS)


def test_an_overseer_reads_words_and_no_codes(house: House, ned: Hand) -> None:
    odile = house.officers["Odile"].id
    for act, detail in (
        (Act.IDENTITY_ASKED, {"request": str(uuid4()), "ground": "source-at-risk", "minutes": 30}),
        (Act.SWEEP_MADE, {"closed": 3, "left_out": 1, "outcome": "spam"}),
        (Act.REPORT_ASSESSED, {"priority": "high", "danger": True}),
        (Act.WITHOUT_TRAINING, {"training": "call-taking", "capability": "take-down"}),
        (Act.KEPT_LONGER, {"group": "x-y_z", "reason": "q-r", "next": "2027-01-31"}),
        (Act.CAME_ON_DUTY, {"until": "2026-11-25T18:00:00+00:00"}),
        (Act.SEARCHED, {"kind": "phrase", "hits": 2, "reasoned": True}),
    ):
        Event.objects.create(act=act, actor=odile, detail=detail)
    ned.get("/oversight/")
    table = ned.html.partition("<tbody")[2]
    for words in (
        "The reporter may be in danger themselves",
        "Reports left out",
        "Danger to life",
        "Yes",
        "Taking reports down",
        "31 January 2027",
        "25 November 2026, 18:00",
        "Kind of search",
        "Reason for a broad search",
    ):
        assert words in table, words
    told = re.findall(r'data-label="More">(.*?)</td>', table, re.DOTALL)
    for cell in told:
        assert not re.search(r"[a-z]_[a-z]|True|False|[a-z]+-[a-z]+-", re.sub(r"<[^>]*>", "", cell)), cell


def test_the_canary_is_nobody(house: House, ned: Hand) -> None:
    with acting("office"):
        canary.found(hands=house.hands, at=now())
    ned.get("/oversight/")
    people = ned.html.partition('name="officer"')[2].partition("</select>")[0]
    assert "Odile O." in people
    assert "canary" not in people.casefold()


def test_what_waits_for_its_quarter_hour_is_dated_by_it(house: House, ned: Hand) -> None:
    at = datetime(2026, 11, 25, 10, 15, tzinfo=UTC)
    Event.objects.create(act=Act.CALL_TAKEN_DOWN, actor=house.officers["Odile"].id, at=at)
    ned.get("/oversight/?act=call-taken-down")
    assert "25 November 2026, 10:15 to 10:30" in ned.html


def test_filters_are_the_address_and_wrong_ones_are_said(house: House, ned: Hand) -> None:
    ned.get(f"/oversight/?officer={house.officers['Ned'].id}&act=log-read")
    assert "<table" in ned.html
    ned.get("/oversight/?since-day=1&since-month=1&since-year=2001&until-day=2&until-month=1&until-year=2001")
    assert "No matching log entries." in ned.html
    assert 'value="2001"' in ned.html, "what was typed stands there again"
    for wrong in ("since-day=40&since-month=1&since-year=2026", "report=x"):
        ned.get(f"/oversight/?{wrong}")
        assert ned.page.status_code == 422
        assert ned.html.count("There is a problem") == 1
    for odd in ("officer=x&desk=x&act=x", "older=x", "older=99999999999999999999", "older=-1", "refused=no"):
        ned.get(f"/oversight/?{odd}")
        assert ned.page.status_code == 200


def test_older_pages_keep_the_filters(ned: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_view, "PAGE", 5)
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
        assert "No matches." in ned.html
    Event.objects.create(act=Act.REPORT_READ, actor=house.officers["Odile"].id, thing="report")
    Event.objects.create(act=Act.REPORT_READ, actor=house.officers["Odile"].id, outcome="refused")
    for page, words in (
        ("/oversight/hours/", "1 look"),
        ("/oversight/refused/", "Viewed the report: 1 time"),
    ):
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
