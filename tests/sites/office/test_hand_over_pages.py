"""The page before a handover names the desks that can read the report afterwards, and the walls agree with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from heedline.reports.models import Report
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.stories import NARRATIVE, a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
NAMES = {"Odile": "North East desk", "Otto": "South West desk", "Nadia": "National desk"}


@pytest.mark.parametrize(("giver", "still_ours"), [("Odile", False), ("Nadia", True)])
def test_who_can_read_it_afterwards_is_true(
    house: House, hand: Callable[[], Hand], giver: str, still_ours: bool
) -> None:
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"})
    people = {name: hand().at_work(house, name) for name in NAMES}
    page, here = people[giver], f"/w/r/{ref}/hand-over/"
    page.get(f"/w/r/{ref}/")
    page.send(f"/w/r/{ref}/take/")
    page.get(here)
    page.send(here, to="south-west", because="It is about Bristol", do="check")
    said = " ".join(unescape(re.sub(r"<[^>]+>", "", page.html)).split())
    named = re.search(r"Desks that will be able to read this report: (.*?)\.", said)
    assert named is not None
    assert ("Your desk will no longer be able to read it or take it back." in said) is not still_ours
    assert ("Your desk will still be able to read it." in said) is still_ours
    page.send(here, do="hand-over")
    reads = set()
    for name, desk in NAMES.items():
        opened = people[name].get(f"/w/r/{ref}/")
        assert opened.status_code == (200 if NARRATIVE in people[name].html else 404)
        if opened.status_code == 200:
            reads.add(desk)
    assert set(named.group(1).split(", ")) == reads == {"South West desk", "National desk"}


def test_handing_over_to_a_desk_where_nobody_is_on_duty_warns_before_and_pages_after(
    house: House, hand: Callable[[], Hand]
) -> None:
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"})
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{ref}/")
    odile.send(f"/w/r/{ref}/take/")
    here = f"/w/r/{ref}/hand-over/"
    odile.get(here)
    assert odile.html.count("Nobody is on duty there now.") == 2, "at the two other desks"
    odile.send(here, to="south-west", because="It is about Bristol", do="check")
    assert "Nobody is on duty at that desk now." in odile.html
    hand().at_work(house, "Otto")
    odile.get(here)
    odile.send(here, to="south-west", because="It is about Bristol", do="check")
    assert "Nobody is on duty at that desk now." not in odile.html


def test_returning_a_report_takes_no_other(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"})
    waiting, _ = a_report(at=now(), where={"postcode": "BS1 6QF"})
    odile, otto = (hand().at_work(house, name) for name in ("Odile", "Otto"))
    odile.get(f"/w/r/{ref}/")
    odile.send(f"/w/r/{ref}/take/")
    odile.get(f"/w/r/{ref}/hand-over/")
    odile.send(f"/w/r/{ref}/hand-over/", to="south-west", because="It is about Bristol", do="check")
    odile.send(f"/w/r/{ref}/hand-over/", do="hand-over")
    otto.get(f"/w/r/{ref}/return/")
    otto.send(f"/w/r/{ref}/return/", because="It is about Newcastle")
    assert "Returned." in otto.html
    assert otto.path == "/w/q/all/"
    assert Report.objects.get(pk=waiting).owner is None
