"""Tests that My work lists an officer's most urgent reports, and says so if there are more."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from heedline.casework.duty import paging
from heedline.dispatch.chain import PagerMemory
from heedline.dispatch.models import Alarm
from heedline.web.office.report import queue_pages
from tests.sites.office.desk_hand import Hand
from tests.support import danger_scene
from tests.support.acting import acting
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
    for words in ("Possible terrorist activity", NARRATIVE[:20], "Routine, as reported", "Due "):
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


def test_what_an_officer_was_paged_about_is_the_first_row_and_is_acknowledged_by_one_press(
    house: House, hand: Callable[[], Hand], settings: Settings, tmp_path: Path
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "heedline.dispatch.folder.FolderMail"}}
    settings.PAGES_DIR = tmp_path
    odile = hand().at_work(house, "Odile")
    odile.get("/w/duty/north-east/on/")
    odile.send("", hours="8")
    at = now()
    a_report(at=at, where=HERE)
    ref, _ = a_report(at=at, where=HERE, now={"danger": "yes"})
    with acting("worker"):
        paging.drain(at)
        paging.page_round(at, 0.0, PagerMemory())
    odile.get("/w/")
    row = odile.html.split("<tbody")[1].split("</tr>")[0]
    assert "You were paged about" in odile.html
    assert f"/w/r/{ref}/" in row
    assert "Someone may be in danger" in row
    (press,) = re.findall(r'action="(/w/alarms/[^"]+/acknowledge/)"', row)
    assert "Acknowledge and open" in row
    odile.send(press, open="1")
    assert (odile.path, "Acknowledged in your name" in odile.html) == (f"/w/r/{ref}/", True)
    assert Alarm.objects.get(about_id=ref).acknowledged_by == house.officers["Odile"].id
    odile.get("/w/")
    assert "You were paged about" not in odile.html, "she knows"


def test_one_press_acknowledges_an_opened_danger_and_shows_it(house: House, hand: Callable[[], Hand]) -> None:
    people = danger_scene.with_leads(People(house, now()))
    ref = danger_scene.opened(people)
    with acting("worker"):
        paging.drain(people.at)
        Alarm.objects.filter(kind="danger-opened").update(paged=[house.officers["Olga"].id])
    olga = hand().at_work(house, "Olga")
    olga.get("/w/")
    row = olga.html.split("<tbody")[1].split("</tr>")[0]
    assert f'action="/w/r/{ref}/danger/"' in row
    olga.send(f"/w/r/{ref}/danger/", section="acknowledge")
    assert (olga.path, "Acknowledged by <bdi>Olga O.</bdi>" in olga.html) == (f"/w/r/{ref}/danger/", True)
    olga.get("/w/")
    assert "You were paged about" not in olga.html


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
