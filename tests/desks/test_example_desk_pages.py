"""The example desk in an officer's browser: its tab, its page and its column in the queue."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_the_tab_the_page_and_the_column(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    at = now()
    olga_leads = (house.officers["Olga"], Role.SUPERVISOR, house.desks["north-east"])
    stewardship.appoint(*olga_leads, hands=house.hands, at=at)
    ref, _ = People(house, at).taken()
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
