"""The page Board: every number leads to the list that it counts, and it asks the database five times at most."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
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


def linked(page: Hand) -> list[tuple[int, str]]:
    """The numbers of the page with the lists that they lead to."""
    found = re.findall(
        r'<a class="govuk-link govuk-link--no-visited-state" href="(/w/q/[^"]+)">(?:<span class="hl-overdue">)?(\d+)<',
        page.html,
    )
    return [(int(number), unescape(href)) for href, number in found]


def test_an_empty_board_says_so(house: House, hand: Callable[[], Hand]) -> None:
    olga = hand().at_work(house, "Olga")
    olga.get("/w/board/")
    assert olga.path == BOARD
    assert olga.heading == "Board: North East desk"
    for words in ("no open reports", "No hand-overs are waiting", "No reports were closed in bulk"):
        assert words in olga.html
    assert linked(olga) == []


def test_every_number_leads_to_its_list(house: House, hand: Callable[[], Hand]) -> None:
    refs = [a_report(at=now(), where=HERE)[0] for _ in range(3)]
    olga = hand().at_work(house, "Olga")
    olga.get("/w/q/north-east/")
    olga.send(f"/w/r/{refs[0]}/take/")
    olga.get(BOARD)
    numbers = linked(olga)
    assert len(numbers) > 6
    for number, href in numbers:
        olga.get(href)
        assert re.search(rf"{number} reports?\b", olga.html), href


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


@pytest.mark.parametrize("name", ["Odile", "Otto", "Ada"])
def test_nobody_else_finds_it(house: House, hand: Callable[[], Hand], name: str) -> None:
    page = hand().at_work(house, name)
    page.get("/w/")
    assert 'href="/w/board/"' not in page.html
    for path in (BOARD, "/w/board/", "/w/board/nowhere/"):
        page.get(path)
        assert page.page.status_code in {403, 404}, path
        assert "Owners of open reports" not in page.html
