"""The example desk in an officer's browser: its tab, its page and its column in the queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from heedline.casework.records import clock
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.example_desk import visits
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def leads(house: House) -> None:
    """Let Olga lead the north-east desk."""
    olga_leads = (house.officers["Olga"], Role.SUPERVISOR, house.desks["north-east"])
    stewardship.appoint(*olga_leads, hands=house.hands, at=now())


def test_the_tab_the_page_and_the_column(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    leads(house)
    ref, _ = People(house, now()).taken()
    where = f"/w/r/{ref}/example-checks/"
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{ref}/")
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
    odile.send(f"/w/visits/{ref}/", version="2", do="hold")
    assert "Overdue by" not in odile.html
    for where in ("/w/", "/w/alarms/"):
        odile.get(where)
        assert page not in odile.html, where
