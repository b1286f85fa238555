"""Where nobody is asked who they are, pages about it are not there, and no page leads to them (ADR 190)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from tests.sites.office.desk_hand import Hand
from tests.support.anonymous import asking_nobody
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture(autouse=True)
def _anonymous() -> Iterator[None]:
    with asking_nobody():
        yield


@pytest.mark.parametrize("name", ["Odile", "Olga", "Ada"])
def test_no_page_about_an_identity_is_there(house: House, hand: Callable[[], Hand], name: str) -> None:
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"})
    here = hand().at_work(house, name)
    own = [f"/w/r/{ref}/{page}/" for page in ("identity", "trace", "call")]
    theirs = [f"/w/identity/{uuid4()}/", f"/w/identity/{uuid4()}/open/", f"/w/identity/{uuid4()}/statement/"]
    for address in ("/w/identity/", "/w/calls/", *own, *theirs):
        assert here.client.get(address).status_code == 404, address


def test_no_page_of_a_report_leads_there(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(
        at=now(), where={"postcode": "NE1 4ST"}, now={"danger": "yes"}, call={"called": "cannot"}
    )
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    for address in ("/w/", f"/w/r/{ref}/", f"/w/r/{ref}/ask/", f"/w/r/{ref}/timeline/"):
        odile.get(address)
        assert not re.search(
            r'href="[^"]*/(identity|trace|call|calls)/(["?#])', odile.html.replace('"/w/call/"', "")
        ), address
        assert "Source identity" not in odile.html
