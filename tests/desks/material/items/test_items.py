"""Tests that reports of one page share an item, and that no table reveals which reports name it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from heedline.casework.errors import NotHere
from heedline.casework.pages.desk_tabs import desk_tabs
from heedline.casework.search import desk_index, indexing
from heedline.jobs.demonstration.desks import DemoScene
from heedline.jobs.demonstration.scenario import read_scenario
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import SearchIndex
from heedline.specialist_desks.material import demo
from heedline.specialist_desks.material.evidence import reading as evidence
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.items import adding
from heedline.specialist_desks.material.models import CompanyNotice, ExaminerDay, MaterialItem
from heedline.specialist_desks.material.queue import reading
from heedline.specialist_desks.material.rules import PARTS, ItemState
from tests.laws import thief
from tests.support.material_scene import PAGE, reported, the_item
from tests.support.scene_people import People, logged, quarter_hour_over
from tests.support.search_scene import indexed

pytestmark = pytest.mark.django_db
WAYS = (PAGE, "hxxps://films[.]example/watch/7781", "http://www.films.example/watch/7781", f"See {PAGE}.")


def shown(people: People, ref: UUID, name: str = "Odile") -> reading.ItemView:
    with people.sitting(name) as by:
        return reading.item(ref, by=by, at=people.at)


def test_forty_reports_of_one_page_are_one_item(people: People) -> None:
    sent = reported(people, *(WAYS[number % len(WAYS)] for number in range(40)))
    reported(people, "https://songs.example/12")
    indexed(people)
    assert MaterialItem.objects.count() == 2
    with people.sitting("Odile") as by:
        found = reading.queue("open", 1, by=by, at=people.at)
    line = next(one for one in found.lines if "watch/7781" in one.shown)
    assert line.reports == 40
    assert {one.ref for one in shown(people, line.ref).reports.reports} == set(sent)
    with people.sitting("Odile") as by:
        (named,) = reading.items_of_report(sent[0], by=by, at=people.at)
        assert named.ref == line.ref
        assert ("Items", 1) in {(tab.text, tab.count) for tab in desk_tabs(sent[0], by=by, at=people.at)}
    assert len(logged("material-found")) == 2


def test_an_item_that_changes_puts_no_single_report_into_the_index(people: People) -> None:
    ref = the_item(people)
    at = people.at + timedelta(hours=3)
    reported(people, "https://songs.example/12")
    quarter_hour_over(people.at)
    with people.sitting("Odile") as by:
        desk = people.house.desks["material"].id
        examining.take(ref, by=by, at=at)
        indexing.catch_up(by=by, at=at)
        assert MaterialItem.objects.get().indexed is not None, "the item is in the index as it is now"
        assert indexing.coverage([desk])[0].waiting == 1, "what one report adds would show how much it says"
        indexing.catch_up(by=by, at=at + indexing.PATIENCE)
        assert indexing.coverage([desk])[0].waiting == 0


def test_reports_of_other_desks_have_no_tab(people: People) -> None:
    ref, _ = people.send()
    with people.sitting("Odile") as by:
        assert "Items" not in {tab.text for tab in desk_tabs(ref, by=by, at=people.at)}


def test_the_demonstration_has_items_at_every_stage(people: People, stored: None) -> None:
    officers = {"material": ["Odile", "Otto", "Olga"], "national": ["Nadia"]}
    demo.load(DemoScene(at=people.at, reports={}, officers=officers, sitting=people.sitting))
    states = Counter(MaterialItem.objects.values_list("state", flat=True))
    assert set(states) == set(ItemState) - {
        ItemState.TERMS,
        ItemState.OUTSIDE,
        ItemState.UNCLEAR,
        ItemState.REFERRED,
    }
    assert not MaterialItem.objects.filter(evidence=None).exists(), "each has evidence"
    assert sorted(CompanyNotice.objects.values_list("state", "answer", "basis")) == [
        ("approved", "none", "voluntary"),
        ("closed", "removed", "voluntary"),
        ("draft", "none", "voluntary"),
        ("failed", "none", "voluntary"),
        ("proposed", "none", "voluntary"),
        ("sent", "none", "section-3"),
        ("sent", "none", "voluntary"),
        ("sent", "none", "voluntary"),
        ("sent", "received", "voluntary"),
        ("withdrawn", "objects", "voluntary"),
    ]
    midnight = people.at.replace(hour=0, minute=0, second=0, microsecond=0)
    [urgent] = CompanyNotice.objects.filter(crisis=True)
    assert urgent.due_at is not None
    # the desk's key begins with the day, so nothing is overdue in its first hour
    assert urgent.due_at < max(people.at, midnight + timedelta(hours=1, minutes=1)), "one is overdue"
    with people.sitting("Otto"):
        assert ExaminerDay.objects.get().severe, "whoever looks after examiners has something to see"
    (ref,) = reported(people, PAGE)
    indexed(people)
    with people.sitting("Odile") as by:
        (line,) = reading.items_of_report(ref, by=by, at=people.at)
        alike = {one.short for one in evidence.evidence_of(line.ref, by=by).known}
        again = MaterialItem.objects.filter(state="new").values_list("id", flat=True)
        known = {one: evidence.evidence_of(one, by=by).known for one in again}
    assert (line.state, line.label) == ("unlawful", "Film that praises an attack")
    assert not alike, "it was the first"
    assert all(known.values()), "found again at other addresses"
    assert {one.state for some in known.values() for one in some} >= {ItemState.UNLAWFUL}


def test_the_demonstration_has_a_third_examiner_who_leads_the_desk() -> None:
    roles = [role for _, desk, role, _ in read_scenario(load_pack("uk")).people if desk == "material"]
    assert sorted(roles) == ["officer", "officer", "supervisor"], "to settle, to release and to approve"


def test_an_item_is_shown_without_a_link_that_opens(people: People) -> None:
    found = shown(people, the_item(people))
    assert found.addresses == ("hxxps://films[.]example/watch/7781",)


def test_a_report_that_names_two_pages_is_named_by_two_items(people: People) -> None:
    (ref,) = reported(people, f"{PAGE}\nhttps://songs.example/12")
    indexed(people)
    with people.sitting("Odile") as by:
        assert len(reading.items_of_report(ref, by=by, at=people.at)) == 2


def test_danger_raises_the_priority_of_an_item_that_is_known(people: People) -> None:
    ref = the_item(people)
    reported(people, "https://songs.example/12")
    assert shown(people, ref).line.points == 0
    reported(people, PAGE, danger="yes")
    indexed(people)
    with people.sitting("Odile") as by:
        found = reading.queue("open", 1, by=by, at=people.at)
    assert [one.points for one in found.lines] == [46, 0]
    assert found.lines[0].ref == ref
    assert found.lines[0].parts == (("A reporter says that somebody is in danger", 46),)


LIVE = "He is live now. He walks to the church with a gun."


def test_what_reporters_say_orders_the_queue_and_is_shown(people: People) -> None:
    """Danger first, whatever else is said; then something planned or a threat; then their number."""
    calm, unsure, threat, planned, danger = (f"https://board.example/t/{one}" for one in range(5))
    reported(people, danger, danger="yes", narrative=LIVE)
    reported(people, *[calm] * 21)
    reported(people, unsure, danger="not_sure")
    reported(people, threat, narrative=LIVE)
    reported(people, planned, danger="planned", narrative=LIVE)
    for step in range(2):  # once for the reports, once to count them
        indexed(people, at=people.at + (1 + step) * timedelta(hours=1))
    with people.sitting("Odile") as by:
        for one in MaterialItem.objects.values_list("id", flat=True):
            found = reading.item(one, by=by, at=people.at, counted=False)
            if found.addresses[0].endswith("/t/3"):  # all that an examiner may add does not go before danger
                examining.take(one, by=by, at=people.at)
                examining.check(one, list(PARTS), gone=False, by=by, at=people.at)
    indexed(people, at=people.at + timedelta(hours=4))
    with people.sitting("Odile") as by:
        lines = reading.queue("open", 1, by=by, at=people.at).lines
    assert [one.shown[-1] for one in lines] == ["4", "3", "2", "1", "0"]
    assert [words for words, _ in lines[0].parts] == [
        "A reporter says that somebody is in danger",
        "A report has words for a weapon or a threat",
    ]
    assert "A reporter says that somebody is in danger" not in dict(lines[1].parts), (
        "an examiner cannot say so"
    )
    assert lines[4].parts == (("At least 20 reports name it", 2),)
    assert {one.state for one in lines} == {ItemState.NEW, ItemState.EXAMINING}, "nothing is decided by it"


def test_an_examiner_does_not_take_away_what_reporters_said(people: People) -> None:
    ref = the_item(people)
    reported(people, PAGE, danger="planned", narrative=LIVE)
    indexed(people)
    with people.sitting("Odile") as by:
        examining.take(ref, by=by, at=people.at)
        examining.check(ref, [], gone=False, by=by, at=people.at)
        assert reading.item(ref, by=by, at=people.at).content.parts == ("planned", "threat")


def test_an_examiner_adds_an_item_once(people: People) -> None:
    known = the_item(people)
    with people.sitting("Otto") as by:
        assert adding.add("films.example/watch/7781", by=by, at=people.at) == known
        new = adding.add("https://songs.example/12", by=by, at=people.at)
        assert adding.add("hxxps://songs[.]example/12", by=by, at=people.at) == new
        with pytest.raises(NotNow):
            adding.add("nothing at all", by=by, at=people.at)
    assert len(logged("material-added")) == 1
    assert shown(people, new).line.reports == 0


def test_an_item_outlives_a_new_index(people: People) -> None:
    ref = the_item(people)
    with people.sitting("Odile"):
        desk_index.forget(people.house.desks["material"].id)
    indexed(people)
    assert MaterialItem.objects.count() == 1, "items are in the index before the reports that name them"
    assert shown(people, ref).line.reports == 1
    with people.sitting("Odile") as by:
        assert indexing.check(people.house.desks["material"].id, by=by) == 1


def test_another_desk_and_a_stranger_find_no_item(people: People) -> None:
    ref = the_item(people)
    with people.sitting("Oren") as by:
        with pytest.raises(NotHere):
            reading.item(ref, by=by, at=people.at)
        with pytest.raises(NotHere):
            reading.queue("open", 1, by=by, at=people.at)
        assert not MaterialItem.objects.filter(id=ref).exists(), "row-level security hides it"
    assert shown(people, ref)


def everything_at_rest() -> list[tuple[str, set[bytes]]]:
    """Return every row of every table, as its table and every value in it."""

    def ask(sql: str) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    return [
        (table, {leaf for value in row.values() for leaf in thief.leaves(value)})
        for table, rows in thief.tables(ask).items()
        for row in rows
    ]


def test_no_row_ties_a_report_to_an_item_and_no_address_is_there(people: People) -> None:
    """The thief has planted two reports of one address, and one that probes the address of another report."""
    planted = reported(people, PAGE, PAGE)
    victim, alone = reported(people, PAGE, "https://songs.example/12")
    indexed(people)
    items = {str(one).encode() for one in MaterialItem.objects.values_list("id", flat=True)}
    items |= {str(one).encode() for one in MaterialItem.objects.values_list("container", flat=True)}
    reports = {ref: str(ref).encode() for ref in (*planted, victim, alone)}
    rows = everything_at_rest()
    seen: dict[UUID, list[str]] = {ref: [] for ref in reports}
    for table, leaves in rows:
        row = b"\n".join(leaves)
        assert not any(word in row for word in (b"films.example", b"songs.example")), table
        named = [ref for ref, text in reports.items() if text in row]
        assert len(named) < 2, f"{table} ties two reports together"
        assert not (named and any(one in row for one in items)), f"{table} ties a report to an item"
        for ref in named:
            seen[ref].append(table)
    assert len({tuple(sorted(tables)) for tables in seen.values()}) == 1, (
        "a report that shares an address looks like one that does not"
    )
    assert SearchIndex.objects.filter(desk=people.house.desks["material"]).count() == 1
