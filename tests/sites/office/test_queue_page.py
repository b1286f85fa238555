"""Tests for the queue page: filters and order in the URL, sort state, saved views, and returning to the same view."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.db import transaction

from heedline.casework.contact import messages
from heedline.casework.pages.queues.queue_view import SIZES
from heedline.desks.models import SavedQueueView
from heedline.reports.models import Report
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People, row
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
HERE = {"postcode": "NE1 4ST"}
VAGUE = {
    "danger": "no",
    "done_what": "Nothing described",
    "priority": "low",
    "reason": "Vague",
    "close_as": "no-identifiers",
}


@pytest.fixture
def people(house: House) -> People:
    people = People(house, now())
    with_leads(people)
    return people


def shown(page: Hand) -> list[str]:
    return re.findall(r'<a class="govuk-link" href="/w/r/([0-9a-f-]{36})/\?from=', page.html)


def link(page: Hand, text: str) -> str:
    found = re.search(rf'<a [^>]*href="([^"]+)"[^>]*>(?:<span[^>]*>[^<]*</span>)?{text}\b(?!-)', page.html)
    assert found, text
    return unescape(found.group(1))


def chips(page: Hand) -> dict[str, str]:
    found = re.findall(r'<a class="hl-chip[^>]*>(.*?)</a>', page.html)
    return {re.split(r" ?<", one)[0]: re.sub(r"^[^<]*|<[^>]+>", "", one).strip() for one in found}


def groups(page: Hand) -> dict[str, list[str]]:
    """The reports of the page under the headings of their groups, each heading with its number."""
    parts = re.split(r'<th scope="rowgroup"[^>]*>([^<]+)</th>', page.html)
    rows = [re.findall(r'href="/w/r/([0-9a-f-]{36})/\?from=[^"]*" translate', part) for part in parts[2::2]]
    return dict(zip(parts[1::2], rows, strict=True))


def test_reports_are_listed_in_groups(people: People, hand: Callable[[], Hand]) -> None:
    later, _ = people.assessed()
    asked, code = people.assessed()
    fresh, _ = people.send(where=HERE)
    danger, _ = people.send(where=HERE, now={"danger": "yes"})
    with people.sitting("Odile") as by, transaction.atomic():
        messages.ask(asked, "When?", version=row(asked).version, by=by, at=people.at)
    Report.objects.filter(pk=fresh).update(due_at=people.at - timedelta(minutes=5))
    Report.objects.filter(pk=later).update(
        due_at=people.at + timedelta(days=3)
    )  # later than today at any hour
    odile = hand().at_work(people.house, "Odile")
    odile.get("/w/q/north-east/")
    found = groups(odile)
    assert list(found) == ["In danger: 1", "Due today: 1", "Waiting for someone: 1", "The rest: 1"]
    assert list(found.values()) == [[str(one)] for one in (danger, fresh, asked, later)]
    assert "Waiting for the reporter" in odile.html
    with acting("public"):
        messages.say(code, "On Monday.", message_id=uuid4(), at=now())
    odile.get("/w/q/north-east/")
    assert "Waiting for the reporter" not in odile.html, "the answer waits for the desk"
    assert str(asked) not in str(groups(odile).get("Waiting for someone: 1"))
    odile.get("/w/q/north-east/?sort=due")
    assert not groups(odile), "another order has none"


def test_filters_are_in_the_address_and_can_be_taken_out_one_by_one(
    house: House, hand: Callable[[], Hand]
) -> None:
    calm, _ = a_report(at=now(), where=HERE)
    urgent, _ = a_report(at=now(), where=HERE, now={"danger": "yes"})
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    assert set(shown(odile)) == {str(calm), str(urgent)}
    assert "<strong>2 reports</strong>" in odile.html
    odile.get("/w/q/north-east/?urgency=danger&received=today")
    assert set(shown(odile)) == {str(urgent)}
    assert "<strong>1 report</strong>" in odile.html
    without = link(odile, "Urgency, as reported: Danger now")
    assert without == "/w/q/north-east/?received=today"
    odile.get(without)
    assert set(shown(odile)) == {str(calm), str(urgent)}
    odile.get("/w/q/north-east/?area=unknown")
    assert "No reports match these filters." in odile.html
    assert "<details" in odile.html
    assert " open>" in odile.html.split('class="govuk-details hl-filters')[1][:60]


def test_the_heading_that_sorts_says_so(house: House, hand: Callable[[], Hand]) -> None:
    a_report(at=now(), where=HERE)
    odile = hand().at_work(house, "Odile")

    def sorted_by() -> dict[str, str]:
        cells = re.findall(r'aria-sort="(\w+)">\s*<a[^>]*>([\w ]+?)\s*<', odile.html)
        return {text: way for way, text in cells if way != "none"}

    odile.get("/w/q/north-east/")
    assert sorted_by() == {}, "in groups, which no column sorts"
    odile.get(link(odile, "Area"))
    assert sorted_by() == {"Area": "ascending"}
    odile.get(link(odile, "Area"))
    assert sorted_by() == {"Area": "descending"}
    odile.get("/w/q/north-east/?state=closed")
    assert sorted_by() == {}, "an empty list has no table"


def test_each_clear_fact_is_in_its_row_and_the_chips_count(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=HERE)
    a_report(at=now(), where=HERE, now={"danger": "yes"})
    odile = hand().at_work(house, "Odile")

    def columns() -> list[str]:
        cells = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', odile.html, re.DOTALL)
        found = [re.sub(r"<[^>]+>|[▲▼]", "", cell).strip() for cell in cells]
        return [one for one in found if one != "Further check"]  # of the example desk

    odile.get("/w/q/north-east/")
    shared = ["Report", "What it says", "Area"]
    assert columns() == ["Tick", "Due", *shared, "Owner", "Action"]
    for fact in ("Danger now, as reported", "Northumbria Police", "Another service", "Waiting to be taken"):
        assert fact in odile.html, fact
    counted = chips(odile)
    counted.pop("Due today")  # which depends on the hour
    rest = dict.fromkeys(("Contact first", "Translation", "New messages"), "0")
    rest |= dict.fromkeys(("Under 18", "Something odd"), "not indexed yet")  # never 0 for what is not known
    expected = {"In danger": "1", "Overdue": "0", "Planned": "0", **rest, "Nobody’s": "2"}
    assert counted == expected
    odile.get(link(odile, "In danger"))
    assert odile.path == "/w/q/north-east/?danger=yes"
    assert len(shown(odile)) == 1
    assert 'aria-current="true">In danger' in odile.html
    odile.get(link(odile, "In danger"))
    assert odile.path == "/w/q/north-east/", "the filter in use leads back to all"
    odile.send(f"/w/r/{ref}/take/")
    odile.send(f"/w/r/{ref}/", do="save-stay", **VAGUE)
    odile.get("/w/q/north-east/?state=closed")
    assert columns() == [*shared, "Outcome", "Closed", "Action"]


def test_a_chip_that_this_session_cannot_count_says_so(house: House, hand: Callable[[], Hand]) -> None:
    a_report(at=now(), where=HERE)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/?special=under-18")
    assert "the search index is not complete yet" in odile.html


def test_a_view_is_saved_opened_and_deleted(house: House, hand: Callable[[], Hand]) -> None:
    a_report(at=now(), where=HERE)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/?kind=activity&sort=-received")
    odile.send("/w/q/north-east/view/", name="<b>Monday</b>")
    assert "View saved. Only you can see it." in odile.html
    assert "&lt;b&gt;Monday&lt;/b&gt;" in odile.html
    assert link(odile, "&lt;b&gt;Monday") == "/w/q/north-east/?kind=activity&sort=-received"
    ref = SavedQueueView.objects.get().id
    odile.send(f"/w/views/{ref}/delete/")
    assert odile.path == "/w/q/north-east/?kind=activity&sort=-received"
    assert not SavedQueueView.objects.exists()
    odile.send("/w/q/north-east/view/", name="")
    assert "Enter a name of at most" in odile.html
    olga = hand().at_work(house, "Olga")
    olga.get("/w/q/north-east/")
    assert "Monday" not in olga.html


def test_save_and_open_next_follows_the_filters_and_comes_back_to_them(
    house: House, hand: Callable[[], Hand]
) -> None:
    first, _ = a_report(at=now(), where=HERE)
    second, _ = a_report(at=now(), where=HERE)
    a_report(at=now(), where=HERE, now={"danger": "yes"})
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/?urgency=routine&sort=due")
    before = set(shown(odile))
    assert before == {str(first), str(second)}
    odile.send(f"/w/r/{first}/take/")
    odile.send(f"/w/r/{first}/", do="save-next", **VAGUE)
    assert odile.path.startswith(f"/w/r/{second}/"), "not the one in danger, which the filter leaves out"
    odile.send(f"/w/r/{second}/", do="save-next", **VAGUE)
    assert odile.path == "/w/q/north-east/?urgency=routine&sort=due"
    assert "Nothing else is waiting" in odile.html


def test_the_page_size_in_the_address_changes_the_page(house: House, hand: Callable[[], Hand]) -> None:
    usual, larger = SIZES[:2]
    for _ in range(usual + 1):
        a_report(at=now(), where=HERE)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/?sort=received")
    assert len(shown(odile)) == usual
    assert f"<strong>{usual + 1} reports</strong>" in odile.html
    odile.get(link(odile, str(larger)))
    assert odile.path == f"/w/q/north-east/?sort=received&size={larger}"
    assert len(shown(odile)) == usual + 1
    assert f'<strong aria-current="true">{larger}</strong>' in odile.html
    assert "Next page" not in odile.html
    odile.get(link(odile, str(usual)))
    first = shown(odile)
    odile.get(link(odile, "Next page"))
    assert len(shown(odile)) == 1
    assert not set(shown(odile)) & set(first)


def test_the_closed_list_shows_outcome_and_by_whom(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=HERE)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    odile.send(f"/w/r/{ref}/", do="save-stay", **VAGUE)
    odile.get("/w/q/north-east/?state=closed")
    assert "Not enough to act on</td>" in odile.html
    assert "Odile O.</bdi>" in odile.html


def test_hostile_parameters_show_the_usual_queue(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=HERE)
    odile = hand().at_work(house, "Odile")
    for query in (
        "kind=%00",
        "kind=%27%3B--",
        "sort=id;--",
        "owner=00000000",
        "size=9999999999",
        "after=%F0%9F",
        "after=W10",
        "state=%3Cscript%3E&kind=%3Cscript%3E",
    ):
        odile.get(f"/w/q/north-east/?{query}")
        assert odile.page.status_code == 200, query
        assert "<script>" not in odile.html
    odile.get("/w/q/north-east/?after=W10")
    assert shown(odile) == [str(ref)]


def test_each_region_of_a_page_has_a_skip_link(house: House, hand: Callable[[], Hand]) -> None:
    """`Hand` checks, on every page that a test opens, that each skip link has a target."""
    ref, _ = a_report(at=now(), where=HERE)
    odile = hand().at_work(house, "Odile")
    for page, words in (
        ("/w/q/north-east/", ["Skip to main content", "Skip to the reports"]),
        ("/w/q/north-east/?area=unknown", ["Skip to main content"]),
        (
            f"/w/r/{ref}/",
            [
                "Skip to main content",
                "Skip to the report as received",
                "Skip to messages",
                "Skip to actions on this report",
            ],
        ),
        ("/w/call/", ["Skip to main content", "Skip to the danger question", "Skip to the caller’s account"]),
    ):
        odile.get(page)
        skips = re.findall(r'class="govuk-skip-link">([^<]*)<', odile.html)
        assert skips == words, page
