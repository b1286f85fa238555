"""The order and the pages of the queue of items, and how often it asks the database."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.queue import reading
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_statements import BUDGET, _no_clocks, statements  # noqa: F401
from tests.support.cast import House, now
from tests.support.material_scene import material_desk, reported, the_item
from tests.support.notice_scene import drafted
from tests.support.scene_people import People
from tests.support.search_scene import indexed

pytestmark = pytest.mark.django_db


def test_pages_are_in_order_of_priority_and_lose_no_item(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "A_PAGE", 2)
    monkeypatch.setattr(reading, "_SPARE", 0)
    items = [the_item(people, f"https://board.example/t/{number}") for number in range(6)]

    def check(number: int, *parts: str, gone: bool = False) -> None:
        with people.sitting("Odile") as by:
            examining.check(items[number], parts, gone=gone, by=by, at=people.at)

    def page(number: int) -> list[UUID]:
        with people.sitting("Odile") as by:
            found = reading.queue("open", number, by=by, at=people.at)
        assert (found.counts["open"], found.pages) == (len(left), -(-len(left) // 2))
        return [one.ref for one in found.lines]

    left = set(items)
    check(3, "live")
    check(1, "victim")
    check(4, "live", "victim")
    indexed(people)
    assert page(1) == [items[4], items[3]]
    assert page(2)[0] == items[1]
    assert {*page(1), *page(2), *page(3)} == left
    check(4, gone=True)  # and the index does not know it yet
    check(3, gone=True)
    left -= {items[4], items[3]}
    monkeypatch.setattr(reading.indexing, "keep_up", lambda **_: None)
    assert page(1)[0] == items[1], "the page is filled with those behind"
    assert len(page(1)) == len(page(2)) == 2
    assert {*page(1), *page(2)} == left
    assert page(3) == []


@pytest.mark.usefixtures("demo")
def test_the_queue_asks_five_times_however_long_it_is(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    people = material_desk(People(house, now()))
    drafted(people)  # an unlawful item with an open notice
    odile = hand().at_work(house, "Odile")
    for more in (1, 30):
        reported(people, *(f"https://board.example/t/{more}/{number}" for number in range(more)))
        indexed(people)
        for chosen in reading.LISTS:
            found = statements(odile, f"/w/items/?list={chosen}")
            assert len(found) <= BUDGET, (chosen, found)
        statements(odile, "/w/items/?list=unlawful")
        assert "Notice: " in odile.html
    found = statements(odile, "/w/items/?page=2")
    assert odile.html.count("hxxps://board") == 6
    assert len(found) <= BUDGET, found
