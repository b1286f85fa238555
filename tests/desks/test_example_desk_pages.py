"""The example desk in an officer's browser: its page under a place of the report and its column in the queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from heedline.casework.records import clock
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from heedline.reports.models import DeskRecord
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_statements import statements
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.example_desk import pages as example_pages
from tests.support.example_desk import visits
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def leads(house: House) -> None:
    """Let Olga lead the north-east desk."""
    olga_leads = (house.officers["Olga"], Role.SUPERVISOR, house.desks["north-east"])
    stewardship.appoint(*olga_leads, hands=house.hands, at=now())


def test_the_place_the_page_and_the_column(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    leads(house)
    ref, _ = People(house, now()).taken()
    where = f"/w/r/{ref}/example-checks/"
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{ref}/tasks/")
    assert f'href="{where}"' in odile.html
    assert "Further checks" in odile.html
    odile.get(where)
    assert odile.heading == "Further checks"
    odile.send(where, reason="The <b>times</b> do not fit", do="ask")
    assert odile.path == where
    assert "The &lt;b&gt;times&lt;/b&gt; do not fit" in odile.html
    odile.send(where, do="check")
    assert odile.page.status_code == 403
    odile.get("/w/q/north-east/?state=mine")
    assert "Check waiting" in odile.html
    olga = hand().at_work(house, "Olga")
    olga.get(where)
    olga.send(where, do="check")
    assert "The check is made" not in olga.html
    olga.get("/w/q/north-east/")
    assert "Check waiting" not in olga.html
    olga.get(f"/w/r/{ref}/history/")
    assert "Asked for a further check" in olga.html
    assert "Made a further check" in olga.html


def test_an_overdue_visit_leads_to_its_page_from_the_board_my_work_and_alarms(
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    leads(house)
    at = now() - timedelta(days=3)
    people = People(house, at)
    report, _ = people.taken()
    with people.sitting("Olga") as olga:
        ref = visits.ask(house.desks["north-east"].id, "The Quagga theatre", by=olga, at=at)
        visits.move(ref, "take", to=house.officers["Odile"].id, by=olga, at=at - timedelta(days=30))
    with acting("worker"):
        clock.watch(now())
    page = f'href="/w/visits/{ref}/"'
    odile = hand().at_work(house, "Odile")
    for where in ("/w/", "/w/alarms/"):
        odile.get(where)
        assert page in odile.html, where
        assert "Quagga" not in odile.html, where
    assert "Overdue by" in odile.html or "Deadline missed" in odile.html
    odile.get("/w/board/north-east/records/")
    assert odile.page.status_code == 403
    olga = hand().at_work(house, "Olga")
    olga.get("/w/board/north-east/")
    listed = "/w/board/north-east/records/?kind=example-visit"
    for href in (listed, f"{listed}&amp;late=yes"):
        assert f'href="{href}"' in olga.html
        assert "Quagga" not in olga.html
    for href in (listed, f"{listed}&late=yes", "/w/board/north-east/records/"):
        olga.get(href)
        assert page in olga.html
        assert "Overdue by" in olga.html
        assert "Quagga" not in olga.html
        assert str(report) not in olga.html
    odile.get(f"/w/visits/{ref}/")
    assert "The Quagga theatre" in odile.html
    assert "Overdue by" in odile.html
    odile.send(f"/w/visits/{ref}/hold/")
    assert odile.path == f"/w/visits/{ref}/"
    assert "Overdue by" not in odile.html
    for where in ("/w/", "/w/alarms/"):
        odile.get(where)
        assert page not in odile.html, where


REASON = "The <b>theatre</b> has closed"


def a_visit(house: House) -> UUID:
    """A visit that Odile has asked for and planned."""
    people = People(house, now())
    with people.sitting("Odile") as odile:
        ref = visits.ask(house.desks["north-east"].id, "The Quagga theatre", by=odile, at=people.at)
        visits.move(ref, "take", by=odile, at=people.at)
    return ref


def test_a_visit_is_listed_moved_with_a_reason_and_decided_by_a_colleague(
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref = a_visit(house)
    page, propose = f"/w/visits/{ref}/", f"/w/visits/{ref}/propose-drop/"
    odile = hand().at_work(house, "Odile")
    odile.get("/w/visits/")
    assert f'href="{page}"' in odile.html
    assert "Planned" in odile.html
    assert "Quagga" not in odile.html, "the list opens nothing"
    odile.get(page)
    assert f'href="{propose}"' in odile.html
    odile.get(propose)
    assert odile.heading == "Propose to drop it"
    odile.send("")
    assert odile.page.status_code == 422
    assert "Give the reason" in odile.html
    odile.send("", reason=REASON)
    assert odile.path == page
    assert "The &lt;b&gt;theatre&lt;/b&gt; has closed" in odile.html
    assert "Agree to drop it: You took part in this." in odile.html
    assert f'action="{page}agree/"' not in odile.html
    odile.get(f"{page}agree/")
    assert "You took part in this." in odile.html
    assert "<button" not in odile.html.split("<h1")[1]
    olga = hand().at_work(house, "Olga")
    olga.get("/w/")
    assert f'href="{page}"' in olga.html, "it waits for a second person"
    olga.get(page)
    olga.send(f"{page}agree/")
    assert olga.path == page
    assert "To be dropped" not in olga.html
    olga.get("/w/visits/")
    assert page not in olga.html
    for missing in (f"{page}begin/", f"{page}no-such-move/"):
        olga.get(missing)
        assert olga.page.status_code == 404
    otto = hand().at_work(house, "Otto")
    otto.get("/w/visits/")
    assert page not in otto.html


def test_a_reason_survives_a_colleagues_move_and_a_lock(
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref = a_visit(house)
    propose, people = f"/w/visits/{ref}/propose-drop/", People(house, now())
    odile = hand().at_work(house, "Odile")
    odile.get(propose)
    with people.sitting("Olga") as olga:
        visits.move(ref, "pass", by=olga, at=people.at)
    odile.send("", reason=REASON)
    assert odile.page.status_code == 409
    assert "A colleague has changed this record." in odile.html
    assert "<strong>Passed on</strong> by <bdi>Olga O.</bdi>" in odile.html
    assert "The &lt;b&gt;theatre&lt;/b&gt; has closed" in odile.html
    with people.sitting("Olga") as olga:
        visits.move(ref, "hold", by=olga, at=people.at)
    odile.send("", reason=REASON)
    assert odile.page.status_code == 409
    assert "The &lt;b&gt;theatre&lt;/b&gt; has closed" in odile.html
    assert "<button" not in odile.html.split("<h1")[1], "it was held meanwhile"
    other = a_visit(house)
    odile.get(f"/w/visits/{other}/propose-drop/")
    lock = hand()
    lock.client.cookies = odile.client.cookies
    lock.get("/w/")
    lock.send("/lock/")
    odile.send("", reason=REASON)
    odile.unlock(house, "Odile")
    assert odile.path == f"/w/visits/{other}/propose-drop/"
    assert "The &lt;b&gt;theatre&lt;/b&gt; has closed" in odile.html
    assert DeskRecord.objects.get(id=other).state == "planned", (
        "nothing is done before they have seen it again"
    )


def test_every_state_and_move_of_a_visit_has_words() -> None:
    assert example_pages.WORDS.missing(visits.KIND) == set()
    assert replace(example_pages.WORDS, states={}).missing(visits.KIND) == set(visits.KIND.states)


def test_the_pages_of_a_visit_take_few_queries(
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    """However many there are."""
    refs = [a_visit(house) for _ in range(3)]
    odile = hand().at_work(house, "Odile")
    for where in ("/w/visits/", f"/w/visits/{refs[0]}/", f"/w/visits/{refs[0]}/propose-drop/"):
        found = statements(odile, where)
        assert len(found) <= 5, (where, found)
