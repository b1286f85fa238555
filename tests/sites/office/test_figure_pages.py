"""The stewards' page of figures and its file: the same numbers, the same ones kept back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from tests.casework.intake.test_drop_off import counted
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def steward(hand: Callable[[], Hand]) -> Hand:
    stella = hand()
    stella.sign_in("Stella")
    return stella


def test_the_page_shows_figures_and_an_empty_week_says_so(house: House, hand: Callable[[], Hand]) -> None:
    stella = steward(hand)
    stella.get("/w/figures/")
    assert "No page views this week" in stella.html
    assert "Take as a file" not in stella.html
    counted(what__entered=100, what__continued=60, where__entered=30, where__continued=30)
    stella.get("/w/figures/")
    assert ">100<" in stella.html
    assert "fewer than 5" in stella.html
    assert "not shown" in stella.html
    assert 'href="/w/figures/"' in stella.get("/w/").content.decode()
    stella.get("/w/figures/?week=1999-01-01")
    assert "No page views" in stella.html
    assert stella.get("/w/figures/?week=nonsense").status_code == 200


def test_the_file_keeps_back_what_the_page_keeps_back(house: House, hand: Callable[[], Hand]) -> None:
    counted(what__entered=100, what__continued=60, where__entered=30, where__continued=30)
    answer = steward(hand).get("/w/figures/file/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="figures-')
    rows = {row["page"]: row for row in csv.DictReader(io.StringIO(answer.content.decode()))}
    assert (rows["what"]["entered"], rows["what"]["left"]) == ("100", "40")
    assert (rows["where"]["continued or sent"], rows["where"]["left"]) == ("not shown", "fewer than 5")
    assert rows["contact"]["entered"] == ""


def test_who_is_no_steward_gets_no_figures_and_no_link(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand().at_work(house, "Odile")
    odile.get("/w/")
    assert "/w/figures/" not in odile.html
    assert odile.get("/w/figures/").status_code == 403
    assert odile.get("/w/figures/file/").status_code == 403
