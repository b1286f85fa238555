"""The threat level in advisers' and stewards' browsers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.casework.access.session import office_zone
from heedline.reports.models import ThreatLevel
from tests.sites.office.desk_hand import Hand
from tests.support import advice_scene
from tests.support.cast import House, now
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db
PAGE = "/w/threat-level/"


@pytest.fixture
def people(house: House) -> People:
    return advice_scene.adviser_desk(People(house, now()))


def filled(people: People) -> dict[str, str]:
    day = people.at.astimezone(office_zone()).date()
    parts = {"day": day.day, "month": day.month, "year": day.year}
    chosen = {"scope": "uk", "level": "severe", "source": "mi5"}
    return {**chosen, **{f"read_on-{name}": str(part) for name, part in parts.items()}}


def test_one_adviser_enters_it_and_another_confirms_it(people: People, hand: Callable[[], Hand]) -> None:
    otto = hand().at_work(people.house, "Otto")
    otto.get("/w/sites/")
    assert f'href="{PAGE}"' in otto.html
    otto.get(PAGE)
    assert otto.html.count("Not shown to the public") == 2
    otto.send("", **{**filled(people), "read_on-year": "1999"})
    assert otto.page.status_code == 422
    assert "more than 31 days ago" in otto.html
    otto.send("", **filled(people))
    assert "Another adviser must confirm it." in otto.html
    assert 'value="agree"' not in otto.html
    decide = f"{PAGE}{ThreatLevel.objects.get().id}/"
    oren = hand().at_work(people.house, "Oren")
    oren.get(PAGE)
    oren.send(decide, reply="agree")
    assert "It appears on the public site" in oren.html
    assert oren.html.count("Not shown to the public") == 1
    assert "<strong>Severe</strong>" in oren.html


def test_stewards_see_in_red_that_none_is_shown(people: People, hand: Callable[[], Hand]) -> None:
    stella = hand().at_work(people.house, "Stella")
    stella.get("/s/")
    assert "Not shown to the public" in stella.html
    assert "Northern Ireland-related terrorism in Northern Ireland" in stella.html


def test_others_do_not_find_the_page(people: People, hand: Callable[[], Hand]) -> None:
    olga = hand().at_work(people.house, "Olga")
    assert olga.get(PAGE).status_code == 404
