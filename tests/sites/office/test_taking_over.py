"""A supervisor takes over and reassigns from the board, and whoever had the report is told in My work."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from heedline.casework.access import session
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
HERE = {"postcode": "NE1 4ST"}
BULK = "/w/q/north-east/bulk/"
WHY = "The review was due this morning & nobody answered"


@pytest.fixture(autouse=True)
def _olga_leads_the_desk(house: House) -> None:
    with acting("office"):
        stewardship.appoint(
            house.officers["Olga"], Role.SUPERVISOR, house.desks["north-east"], hands=house.hands, at=now()
        )


def taken_by_odile(house: House, hand: Callable[[], Hand]) -> tuple[Hand, str]:
    ref, _ = a_report(at=now(), where=HERE)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    return odile, str(ref)


def test_taken_over_on_its_page(house: House, hand: Callable[[], Hand]) -> None:
    odile, ref = taken_by_odile(house, hand)
    olga = hand().at_work(house, "Olga")
    olga.get(f"/w/r/{ref}/owner/")
    assert "Olga O. (you)" in olga.html
    assert "Odile O. is shown it under My work" in olga.html
    me = str(house.officers["Olga"].id)
    olga.send(f"/w/r/{ref}/owner/", to=me)
    assert "Give the reason" in olga.html, "and nothing was done"
    olga.send(f"/w/r/{ref}/owner/", to=me, because=WHY)
    assert "You are now the owner of this report." in olga.html
    odile.get("/w/")
    assert WHY.replace("&", "&amp;") in odile.html
    assert "owns your report" in odile.html
    action = re.search(r'action="(/w/r/[^"]+/notice/[^"]+)"', odile.html)
    assert action
    odile.send(action.group(1))
    assert "owns your report" not in odile.html


def test_found_on_the_board_taken_over_and_reassigned(
    house: House, hand: Callable[[], Hand], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_by_odile(house, hand)
    tomorrow = now() + timedelta(hours=20)
    monkeypatch.setattr(session, "now", lambda: tomorrow)
    odile = hand().at_work(house, "Odile")
    olga = hand().at_work(house, "Olga")
    olga.get("/w/board/north-east/")
    (overdue,) = re.findall(
        r'href="(/w/q/north-east/\?[^"]*owner=[^"]*due=overdue|/w/q/north-east/\?due=overdue&amp;owner=[^"]*)"',
        olga.html,
    )
    olga.get(overdue.replace("&amp;", "&"))
    boxes = re.findall(r'name="choose" value="([^"]+)"', olga.html)
    assert len(boxes) == 1
    olga.send(BULK, act="assign", choose=boxes)
    assert "New owner, chosen below. Odile O. is told, with the reason" in olga.html
    olga.send(BULK, do="yes", choose=boxes, to=str(house.officers["Olga"].id))
    assert "Give the reason" in olga.html
    olga.send(BULK, do="yes", choose=boxes, to=str(house.officers["Olga"].id), because=WHY)
    assert olga.heading == "Assigned to Olga O.: 1 report"
    odile.get("/w/")
    assert "owns your report" in odile.html
    olga.send(f"{BULK}undo/")
    odile.get("/w/")
    assert "owns your report" not in odile.html, "it is hers again"
