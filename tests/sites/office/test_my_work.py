"""Tests that My work lists an officer's most urgent reports, and says so if there are more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.web.office.report import queue_pages
from tests.sites.office.desk_hand import Hand
from tests.support import danger_scene
from tests.support.cast import House, now
from tests.support.scene_people import People
from tests.support.stories import NARRATIVE, a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
HERE = {"postcode": "NE1 4ST"}


def test_my_reports_say_which_are_in_danger_and_whether_there_are_more(
    house: House, hand: Callable[[], Hand], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_pages, "_HELD", 2)
    odile = hand().at_work(house, "Odile")
    for danger in ("no", "no", "yes"):
        ref, _ = a_report(at=now(), where=HERE, now={"danger": danger})
        odile.get("/w/q/north-east/")
        odile.send(f"/w/r/{ref}/take/")
    odile.get("/w/")
    mine = odile.html.split('id="held"')[1]
    assert mine.count("/w/r/") == 2
    first, second = mine.split("<tbody")[1].split("</tr>")[:2]
    assert f"/w/r/{ref}/?from=all%3Fstate%3Dmine" in first, "danger first"
    assert ">Danger to life<" in first
    assert ">Danger to life<" not in second
    for words in ("Possible terrorist activity", NARRATIVE[:20], 'data-label="Priority"', "Due "):
        assert words in second, words
    odile.send("/lock/")
    odile.get("/w/")
    assert NARRATIVE[:20] not in odile.html
    assert "Unlock" in odile.html.split('id="held"')[1].split("</table>")[0]
    odile = hand().at_work(house, "Odile")
    odile.get("/w/")
    assert "Showing the 2 most urgent of your 3 reports." in mine
    odile.get("/w/q/all/?state=mine")
    assert odile.html.count("Continue<span") == 3
    assert 'href="/w/q/all/?state=mine"' in mine


def test_a_notice_of_a_new_owner_is_confirmed_only_where_its_reason_can_be_read(
    house: House, hand: Callable[[], Hand]
) -> None:
    danger_scene.with_leads(People(house, now()))
    ref, _ = a_report(at=now(), where=HERE)
    odile, olga = (hand().at_work(house, name) for name in ("Odile", "Olga"))
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    olga.get(f"/w/r/{ref}/owner/")
    olga.send(f"/w/r/{ref}/owner/", to=str(house.officers["Olga"].id), because="You are in court")
    odile.get("/w/")
    assert "You are in court" in odile.html
    assert "I have read this" in odile.html
    odile.send("/lock/")
    odile.get("/w/")
    assert "Unlock your keys to read the reason" in odile.html
    assert "I have read this" not in odile.html
