"""The order and the pages of the queue of items, and how often it asks the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pytest
from django.db import connection

from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.models import MaterialItem
from heedline.specialist_desks.material.queue import reading
from heedline.specialist_desks.material.rules import ItemState
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_statements import BUDGET, _no_clocks, statements  # noqa: F401
from tests.support.cast import House
from tests.support.material_scene import reported, the_item
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


def _stored(people: People, how_many: int) -> dict[UUID, tuple[str, date]]:
    """Items in every state, several of a day, stored without an address or a place in the index."""
    rows = [
        MaterialItem(
            id=uuid5(NAMESPACE_URL, str(number)),
            desk=people.house.desks["material"],
            container=uuid4(),
            state=state,
            found_on=date(2026, 1, 1) + timedelta(days=number * 7 % 5),
        )
        for number in range(how_many)
        for state in [list(ItemState)[number % len(ItemState)]]
    ]
    MaterialItem.objects.bulk_create(rows)
    return {one.id: (str(one.state), one.found_on) for one in rows}


@pytest.mark.parametrize("ranks", [0, 1, 3, 40])
def test_all_pages_of_a_list_have_each_item_once_ranked_ones_first_then_by_day(
    people: People, monkeypatch: pytest.MonkeyPatch, ranks: int
) -> None:
    monkeypatch.setattr(reading, "A_PAGE", 3)
    items = _stored(people, 60)
    moved = sorted(items, key=lambda ref: ref.hex[5:])[
        :ranks
    ]  # as the index ranks them, some in other states by now
    order = [*moved, uuid4()]
    desk = people.house.desks["material"].id
    with people.sitting("Odile"):
        for states in reading.LISTS.values():
            first = [ref for ref in order if ref in items and items[ref][0] in states]
            others = [ref for ref, (state, _) in items.items() if state in states and ref not in first]
            others.sort(key=lambda ref: (-items[ref][1].toordinal(), ref))
            whole, paged = [*first, *others], list[UUID]()
            for number in range(1, 2 + -(-len(whole) // 3)):
                counted, page = reading._on_page(desk, states, order, number, whole=True)
                assert sum(counted.get(str(one), 0) for one in states) == len(whole)
                paged += page
            assert paged == whole
            assert reading._on_page(desk, states, order, 1, whole=False)[1] == first[:3]


def test_a_page_reads_only_its_own_rows_and_sorts_nothing(people: People) -> None:
    _stored(people, 300)
    desk = people.house.desks["material"].id
    with people.sitting("Odile"), connection.cursor() as cursor:
        # A table without statistics is all that this test has, and the planner would guess. What counts is that the
        # order needs no sort, whichever way it chooses among those that are left.
        for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for name, states in reading.LISTS.items():
            statement = re.sub("%b", "%s", reading._page_of(states))
            cursor.execute(
                f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", [[], desk, desk, 0, 25, desk, 0, 25, 0]
            )
            nodes = list(_nodes(cursor.fetchone()[0][0]["Plan"]))
            others = next(node for node in nodes if node.get("Alias") == "o")
            under = list(_nodes(others))
            assert not [node["Node Type"] for node in under if "Sort" in node["Node Type"]]
            (read,) = [node for node in under if node.get("Relation Name") == "material_item"]
            assert read["Actual Rows"] <= 25, name
            assert read.get("Rows Removed by Filter", 0) == 0, "the index holds this list alone"


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for one in plan.get("Plans", ()):
        yield from _nodes(one)


@pytest.mark.usefixtures("demo")
def test_the_queue_asks_five_times_however_long_it_is(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
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
