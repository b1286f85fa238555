"""Bulk assignment and handover by their pages: every report and the effect, then the result, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from heedline.casework.danger.opening import HAND_ON
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from heedline.reports.models import Report
from tests.sites.office.desk_hand import Hand
from tests.support import danger_scene
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import People
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
HERE = {"postcode": "NE1 4ST"}
BULK = "/w/q/north-east/bulk/"


@pytest.fixture(autouse=True)
def _olga_leads_the_desk(house: House) -> None:
    with acting("office"):
        stewardship.appoint(
            house.officers["Olga"], Role.SUPERVISOR, house.desks["north-east"], hands=house.hands, at=now()
        )


def ticks(page: Hand) -> list[str]:
    return re.findall(r'<input type="checkbox" form="bulk" name="choose" value="([^"]+)"', page.html)


def test_assign_and_undo(house: House, hand: Callable[[], Hand]) -> None:
    refs = [a_report(at=now(), where=HERE)[0] for _ in range(3)]
    olga = hand().at_work(house, "Olga")
    olga.get("/w/q/north-east/?sort=-received")
    boxes = ticks(olga)
    assert len(boxes) == 3
    olga.send(BULK, act="assign", choose=boxes[:2])
    assert olga.heading == "Assign 2 reports"
    assert olga.html.count("New owner, chosen below") == 2
    olga.send(BULK, do="yes", choose=boxes[:2])
    assert "Choose the new owner" in olga.html
    odile = house.officers["Odile"]
    olga.send(BULK, do="yes", choose=boxes[:2], to=str(odile.id))
    assert olga.heading == "Assigned to Odile O.: 2 reports"
    assert Report.objects.filter(owner=odile).count() == 2
    olga.send(f"{BULK}undo/")
    assert olga.heading == "Assignment undone: 2 reports"
    assert not Report.objects.exclude(owner=None).exists()
    assert "/w/q/north-east/?sort=-received" in olga.html, "back to the same view"
    assert len(refs) == Report.objects.filter(stage="waiting").count()


def test_hand_over_says_that_it_cannot_be_undone(house: House, hand: Callable[[], Hand]) -> None:
    a_report(at=now(), where=HERE)
    olga = hand().at_work(house, "Olga")
    olga.get("/w/q/north-east/")
    (box,) = ticks(olga)
    olga.send(BULK, act="hand-over", choose=[box])
    assert olga.heading == "Hand over 1 report"
    assert "This cannot be undone." in olga.html
    assert "keys removed from them" in olga.html.replace("&#x27;", "'")
    olga.send(BULK, do="yes", to="south-west")
    assert "Give the reason" in olga.html
    olga.send(BULK, do="yes", to="south-west", because="It happened there")
    assert olga.heading == "Handed over to South West desk: 1 report"
    assert "bulk/undo" not in olga.html
    assert Report.objects.get().desk.code == "south-west"


def test_one_can_be_left_out_and_nothing_ticked_changes_nothing(
    house: House, hand: Callable[[], Hand]
) -> None:
    for _ in range(2):
        a_report(at=now(), where=HERE)
    olga = hand().at_work(house, "Olga")
    olga.get("/w/q/north-east/")
    boxes = ticks(olga)
    olga.send(BULK, act="assign")
    assert "Tick between 1 and 100 reports first." in olga.html
    olga.send(BULK, act="assign", choose=boxes)
    olga.send(BULK, do="yes", choose=boxes, leave=boxes[:1], to=str(house.officers["Odile"].id))
    assert olga.heading == "Assigned to Odile O.: 1 report"
    olga.get("/w/q/north-east/")
    for hostile in ("x.y", "0" * 32 + ".1", f"{boxes[0]}.7", "<script>"):
        olga.send(BULK, act="assign", choose=[hostile])
        assert olga.page.status_code == 200
        olga.get("/w/q/north-east/")
    assert olga.client.post("/w/q/south-west/bulk/", {"act": "assign"}).status_code in {403, 404}


def test_an_officer_who_leads_nobody_assigns_nobody_elses(house: House, hand: Callable[[], Hand]) -> None:
    a_report(at=now(), where=HERE)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    (box,) = ticks(odile)
    odile.send(BULK, act="assign", choose=[box])
    assert odile.heading == "Assign 0 reports", "the preview says it"
    assert "Left out" in odile.html
    assert f'action="{BULK}"' not in odile.html, "there is nothing to send"
    assert not Report.objects.exclude(owner=None).exists()


def test_the_preview_says_which_reports_will_be_refused(house: House, hand: Callable[[], Hand]) -> None:
    danger_scene.opened(People(house, now()))
    a_report(at=now(), where=HERE)
    olga = hand().at_work(house, "Olga")
    olga.get("/w/q/north-east/")
    olga.send(BULK, act="assign", choose=ticks(olga))
    assert olga.heading == "Assign 1 report"
    left_out = olga.html.split("Left out</h2>")[1].split("</ul>")[0]
    assert HAND_ON in unescape(left_out)
