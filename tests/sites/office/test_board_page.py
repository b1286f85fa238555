"""Tests that every number on the Board links to the list that it counts, in at most five queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest

from heedline.casework.contact import messages
from heedline.casework.journey import call_taking
from heedline.casework.setup import stewardship
from heedline.casework.tasks import shift_notes, tasks
from heedline.permits.roles import Role
from heedline.reports.models import Swept
from tests.casework.tasks.test_tasks import set_one
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_sweep_pages import ANSWERS, SWEEP, adverts, open_group, ticks, token_of
from tests.support.acting import acting
from tests.support.call_scene import asks_for_a_call
from tests.support.cast import House, now
from tests.support.scene_people import DANGER, ELSEWHERE, People
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
HERE = {"postcode": "NE1 4ST"}
BOARD = "/w/board/north-east/"


@pytest.fixture(autouse=True)
def _olga_leads_the_desk(house: House) -> None:
    with acting("office"):
        stewardship.appoint(
            house.officers["Olga"], Role.SUPERVISOR, house.desks["north-east"], hands=house.hands, at=now()
        )


#: Daily counts, which name no report, and are the last numbers of the page.
_COUNTS = ("The figures below are daily counts", "Today’s repeats")
_CELL = re.compile(r"(?=<(dd|td)\b)(<.*?</\1>)", re.DOTALL)
_LINK = re.compile(
    r'<a class="govuk-link govuk-link--no-visited-state" href="([^"]+)">(?:<span[^>]*>)?([\d,]+)<'
)


def figures(page: Hand) -> list[tuple[int, str]]:
    """Every number of the page, with the list that it leads to. A number without a list fails, unless it is 0."""
    before, _, rest = page.html.partition(_COUNTS[0])
    found = []
    for _, cell in _CELL.findall(before + rest.partition(_COUNTS[1])[2]):
        links = _LINK.findall(cell)
        if 'data-label="Unfinished calls"' in cell:
            continue  # counted only: nobody but their officer can open them
        others = re.findall(r"\d+", re.sub(r"<a .*?</a>|<[^>]*>", "", cell, flags=re.DOTALL))
        assert set(others) <= {"0"} or re.search(r"\d\d:\d\d", cell), cell
        found += [(int(number.replace(",", "")), unescape(href)) for href, number in links]
    return found


def listed(page: Hand, href: str) -> int:
    """Return the number of entries in a list as shown."""
    page.get(href)
    assert page.page.status_code == 200
    if href.startswith("/w/q/"):
        (number,) = re.findall(r"<strong>([\d,]+) reports?</strong>", page.html)
        return int(number.replace(",", ""))
    what = {"/w/board": '/tasks/">report', "/w/calls": '/w/r/[^"]+/call/">', "/w/duty/": "<article"}[href[:8]]
    return len(re.findall(what, page.html))


def test_an_empty_board_says_so(house: House, hand: Callable[[], Hand]) -> None:
    olga = hand().at_work(house, "Olga")
    olga.get("/w/board/")
    assert olga.path == BOARD
    assert olga.heading == "Board: North East desk"
    for words in ("no open reports", "No handovers are waiting", "No reports were closed in bulk"):
        assert words in olga.html
    assert figures(olga) == []


def test_every_number_leads_to_its_list(house: House, hand: Callable[[], Hand]) -> None:
    """Three days later, when most things are overdue, each list has as many entries as its number says."""
    people = People(house, now() - timedelta(days=3))
    people.send()
    _, code = people.send(**DANGER)
    mine, _ = people.taken()
    olgas, _ = people.taken("Olga")
    people.assessed()
    set_one(people, mine)
    set_one(people, olgas, to="Olga", name="Olga")
    with people.sitting("Odile") as odile:
        tasks.set_task(mine, "Not late", odile.officer_id, now() + timedelta(days=3), by=odile, at=people.at)
        shift_notes.write("north-east", "The night desk rings back", by=odile, at=people.at)
        call_taking.keep(call_taking.begin(None, by=odile), {"what.narrative": ["A man"]}, at=now())
    with acting("public"):
        messages.say(code, "It was on Monday", message_id=uuid4(), at=people.at)
    a_report(at=now(), where=HERE)
    olga = hand().at_work(house, "Olga")
    olga.get(BOARD)
    numbers = figures(olga)
    words = re.findall(r"<dt>([^<]+)</dt><dd>(?:<a[^>]*>)?(?:<span[^>]*>)?(\d+)", olga.html)
    assert dict(words) == {
        "Waiting": "3",
        "Overdue": "3",
        "In danger": "1",
        "Open tasks": "3",
        "Late tasks": "2",
        "Call backs to make": "0",
        "Late call backs": "0",
        "Shift handover notes not acknowledged": "1",
        "With unread messages": "1",
    }
    assert len(numbers) > 25
    assert 'data-label="Unfinished calls">1</td>' in olga.html
    for number, href in numbers:
        assert listed(olga, href) == number, href


def test_the_board_of_a_round_the_clock_desk_keeps_its_own_reports_apart(
    house: House, hand: Callable[[], Hand]
) -> None:
    """Its queue also has reports of other desks, which the board counts separately."""
    with acting("office"):
        stewardship.appoint(
            house.officers["Nadia"], Role.SUPERVISOR, house.desks["national"], hands=house.hands, at=now()
        )
    people = People(house, now() - timedelta(days=3))
    people.send()
    people.send(**DANGER)
    people.send(**ELSEWHERE)
    called = asks_for_a_call(people.at)
    people.take(called, "Nadia")
    people.read(called, "Nadia")
    nadia = hand().at_work(house, "Nadia")
    nadia.get("/w/board/national/")
    numbers = figures(nadia)
    assert sum("/w/calls/" in href for _, href in numbers) == 2
    assert re.findall(r"<dt>(\w+ \w* ?at watched desks)</dt>", nadia.html) == [
        "Overdue at watched desks",
        "In danger at watched desks",
    ]
    for number, href in numbers:
        assert listed(nadia, href) == number, href
    nadia.get("/w/q/national/?whose=watched&danger=yes")
    for chip in ("Desks: Desks watched round the clock", "Danger to life: In danger"):
        assert chip in nadia.html


def test_the_chart_is_told_in_words_and_drawn_without_scripts(house: House, hand: Callable[[], Hand]) -> None:
    a_report(at=now(), where=HERE)
    olga = hand().at_work(house, "Olga")
    olga.get(BOARD)
    words = "Open reports by age: Today 1, 1 to 6 days 0, 7 to 29 days 0, 30 days or more 0"
    assert f'role="img" aria-label="{words}"' in olga.html
    drawing = olga.html.partition('<svg class="hl-chart__drawing"')[2].partition("</svg>")[0]
    assert drawing.count("<rect") == 1, "no bar where there is nothing"
    assert "style=" not in drawing
    assert "<script" not in drawing


def test_every_bulk_closure_leads_to_its_reports(house: House, hand: Callable[[], Hand]) -> None:
    refs = adverts(5)
    odile, olga = hand().at_work(house, "Odile"), hand().at_work(house, "Olga")
    for left in (2, 0):
        open_group(odile)
        odile.send(SWEEP, choose=ticks(odile))
        odile.send(SWEEP, leave=[token_of(ref, 1) for ref in refs[:left]], **ANSWERS)
    odile.send(f"{odile.path}undo/")
    olga.get(BOARD)
    closures = re.findall(
        r'<li><a class="govuk-link" href="(/w/sweeps/[^"]+)">(\d) reports, [^<]+</a>, by <bdi>([^<]+)</bdi>([^<]*)<',
        olga.html,
    )
    assert [line[1:] for line in closures] == [("2", "Odile O.", ", undone"), ("3", "Odile O.", "")]
    for href, number, *_ in closures:
        olga.get(href)
        assert olga.heading == f"{number} reports closed in bulk"
        listed_here = re.findall(r'href="/w/r/([0-9a-f-]+)/"', olga.html)
        swept = Swept.objects.filter(sweep=href.split("/")[3]).values_list("report_id", flat=True)
        assert sorted(listed_here) == sorted(map(str, swept))


@pytest.mark.parametrize("name", ["Odile", "Otto", "Ada"])
def test_nobody_else_finds_it(house: House, hand: Callable[[], Hand], name: str) -> None:
    page = hand().at_work(house, name)
    page.get("/w/")
    assert 'href="/w/board/"' not in page.html
    for path in (BOARD, "/w/board/", "/w/board/nowhere/"):
        page.get(path)
        assert page.page.status_code in {403, 404}, path
        assert "Owners of open reports" not in page.html
