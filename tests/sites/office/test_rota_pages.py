"""Tests for the rota pages: who may view and plan, gaps in words, the preview before saving, and undo."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from heedline.casework.access import session
from heedline.casework.rota import rota_clock
from heedline.desks.models import OnCall, PatternSlot, Shift
from heedline.desks.rota_weeks import moment, monday_of
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
ROTA = "/w/duty/north-east/rota/"


@pytest.fixture
def olga(house: House, hand: Callable[[], Hand]) -> Hand:
    """The north-east desk's supervisor, with its rota open."""
    with_leads(People(house, now()))
    here = hand().at_work(house, "Olga")
    here.get(ROTA)
    return here


def post(here: Hand, path: str, **fields: Any) -> Any:
    """Send only these fields, with the token of the open page."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', here.html)
    assert token
    here.page = here.client.post(path, {"csrfmiddlewaretoken": token[1], **fields}, follow=True)
    here._arrived(path)
    return here.page


def planned() -> int:
    return sum(one.ends_at > one.starts_at for one in Shift.objects.all())


def a_day(days: int = 3) -> dict[str, str]:
    day = now().date() + timedelta(days=days)
    return {"day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year)}


def test_members_see_the_rota_and_only_a_supervisor_or_a_steward_plans(
    house: House, hand: Callable[[], Hand], olga: Hand
) -> None:
    assert "Add a shift" in olga.html
    odile = hand().at_work(house, "Odile")
    odile.get(ROTA)
    assert odile.page.status_code == 200
    assert "Add a shift" not in odile.html
    for page in ("shift", "fill", "import", "pattern", "on-call"):
        odile.get(f"{ROTA}{page}/")
        assert odile.page.status_code == 403, page
    otto = hand().at_work(house, "Otto")
    assert otto.get(ROTA).status_code == 404
    stella = hand()
    stella.sign_in("Stella")
    stella.get("/w/duty/")
    assert "Rotas you plan" in stella.html
    assert "National desk" in stella.html
    stella.get(f"{ROTA}shift/")
    assert stella.page.status_code == 200


def test_gaps_have_words_beside_their_colour(house: House, hand: Callable[[], Hand], olga: Hand) -> None:
    assert "has no weekly pattern" in olga.html
    nadia = hand().at_work(house, "Nadia")
    nadia.get("/w/duty/national/rota/")
    assert re.search(r"govuk-tag--red\">\s*Nobody on the rota", nadia.html)
    nadia.get("/w/duty/")
    assert "1 gap in the next fourteen days" in nadia.html


def test_a_shift_is_planned_cancelled_after_a_question_and_planned_again(house: House, olga: Hand) -> None:
    olga.get(f"{ROTA}shift/")
    odile = str(house.officers["Odile"].id)
    olga.send("", officer=odile, starts="late", ends="06:00", **a_day())
    assert (olga.page.status_code, planned()) == (422, 0)
    assert "Write a time such as 08:00" in olga.html
    olga.send("", officer=odile, starts="22:00", ends="06:00", **a_day())
    assert "22:00 to 06:00 the next day" in olga.html
    assert planned() == 1
    olga.get(f"{ROTA}shift/")
    olga.send("", officer=odile, starts="23:00", ends="24:00", **a_day())
    assert "already has a shift at this desk" in olga.html
    olga.get(f"{ROTA}?week={now().date() + timedelta(days=3)}")
    olga.send(f"{ROTA}cancel/")
    assert "Cancel shift: Odile O." in olga.heading
    assert planned() == 1
    olga.send(f"{ROTA}cancel/")
    assert planned() == 0
    again = re.search(r'href="([^"]+)">Reinstate the cancelled shift', olga.html)
    assert again
    olga.get(again[1].replace("&amp;", "&"))
    assert olga.form("")["starts"] == "22:00"
    olga.send("", officer=odile)
    assert planned() == 1


def test_an_import_shows_what_it_would_do_and_every_fault_before_anything_is_saved(olga: Hand) -> None:
    day = now().date() + timedelta(days=3)
    good = f"email,date,start,end\nodile@unit.example,{day},08:00,16:00\nolga@unit.example,{day},16:00,24:00"
    olga.get(f"{ROTA}import/")
    olga.send("", text=f"{good}\notto@unit.example,{day},08:00,16:00")
    assert (olga.page.status_code, planned()) == (422, 0)
    assert "Line 4: No officer of this desk has the email address otto@unit.example." in olga.html
    olga.send("", text=good)
    assert "2 shifts to plan" in olga.html
    assert planned() == 0
    olga.send("")  # the first form of the page: the confirmation, with the text that was checked
    assert planned() == 2
    olga.send(f"{ROTA}undo/")
    assert planned() == 0
    assert "2 shifts cancelled" in olga.html


def test_a_pattern_fills_a_week_after_a_preview_and_marks_what_is_not_planned(
    house: House, olga: Hand
) -> None:
    odile = str(house.officers["Odile"].id)
    olga.get(f"{ROTA}pattern/")
    post(olga, f"{ROTA}pattern/", weekdays=["0", "1"], starts="08:00", ends="16:00", officer=odile)
    post(olga, f"{ROTA}pattern/", weekdays=["2"], starts="22:00", ends="06:00", officer="")
    assert "Wednesday" in olga.html
    assert "22:00 to 06:00 the next day" in olga.html
    assert PatternSlot.objects.count() == 3
    target = monday_of(now().date()) + timedelta(days=7)
    olga.get(f"{ROTA}?week={target}")
    assert olga.html.count("Nobody on the rota") >= 3
    olga.get(f"{ROTA}fill/")
    olga.send("", source="pattern", target=str(target))
    assert "2 shifts to plan" in olga.html
    assert planned() == 0
    olga.send("")
    assert planned() == 2
    olga.get(f"{ROTA}fill/")
    olga.send("", source=str(target), target=str(target + timedelta(days=7)))
    assert "2 shifts to plan" in olga.html
    olga.get(f"{ROTA}pattern/")
    post(olga, f"{ROTA}pattern/", do="remove", slot=str(PatternSlot.objects.get(weekday=2).id))
    assert PatternSlot.objects.count() == 2


def test_taking_the_last_officer_off_call_warns_first(house: House, olga: Hand) -> None:
    odile = str(house.officers["Odile"].id)
    olga.get(f"{ROTA}on-call/")
    post(olga, f"{ROTA}on-call/", officer=odile, step="1")
    assert OnCall.objects.count() == 1
    post(olga, f"{ROTA}on-call/", do="remove", line=f"1:{odile}")
    assert "Nobody at this desk is on call after that" in olga.html
    assert OnCall.objects.count() == 1
    olga.send("")
    assert OnCall.objects.count() == 0


def test_the_alarm_about_a_gap_leads_to_the_rotas(olga: Hand) -> None:
    post(
        olga, f"{ROTA}pattern/", weekdays=[str(n) for n in range(7)], starts="00:00", ends="24:00", officer=""
    )
    with acting("worker"):
        rota_clock.watch(now())
    olga.get("/w/alarms/")
    assert '<a class="govuk-link" href="/w/duty/">Rota: hours not covered: ' in olga.html


def test_what_an_address_or_a_form_makes_up_is_not_found(olga: Hand) -> None:
    for query in ("week=2026-99-99", "week=0001-01-01", "plan=x&week=x", "officer=x&day=x&starts=x&ends=x"):
        assert olga.get(f"{ROTA}?{query}").status_code in {200, 404}, query
    for path, fields in (
        ("cancel/", {"shift": "x"}),
        ("cancel/", {"shift": "8d9f2c52-0b2e-4b52-9d0c-6a3f6f0e2a11"}),
        ("undo/", {"plan": "x"}),
        ("pattern/", {"do": "remove", "slot": "x"}),
        ("on-call/", {"do": "remove", "line": "x"}),
    ):
        olga.get(f"{ROTA}shift/")
        assert post(olga, ROTA + path, **fields).status_code == 404, (path, fields)


def test_the_duty_page_shows_today_and_tomorrow_and_folds_the_days_behind(house: House, olga: Hand) -> None:
    zone = session.office_zone()
    today = now().astimezone(zone).date()
    for days, starts, hours, name in (
        (1, 8, 8, "Odile"),
        (1, 22, 8, "Olga"),
        (5, 22, 8, "Odile"),
        (6, 8, 8, "Olga"),
        (20, 8, 8, "Olga"),
    ):
        begins = moment(today + timedelta(days=days), starts * 60, zone)
        Shift.objects.create(
            desk=house.desks["north-east"],
            officer=house.officers[name],
            starts_at=begins,
            ends_at=begins + timedelta(hours=hours),
        )
    olga.get("/w/duty/")
    soon, _, later = olga.html.partition('<details class="govuk-details"')
    later, _, _ = later.partition("</details>")
    days = re.findall(r'summary-list__key">([^<]+)', soon)
    assert days == ["Today", "Tomorrow"]
    assert "No shift starts." in soon
    assert re.findall(r"<bdi>([^<]+)</bdi>, (\d\d:\d\d to [^<]+)", soon) == [
        ("Odile O.", "08:00 to 16:00"),
        ("Olga O.", "22:00 to 06:00 the next day"),
    ]
    assert "Later in the next fourteen days: 2 shifts" in later
    fifth, sixth = (f"{today + timedelta(days=n):%A %-d %B}" for n in (5, 6))
    assert re.findall(r'summary-list__key">([^<]+)', later) == [fifth, sixth]
    assert olga.html.count("08:00 to 16:00") == 2, "the shift in three weeks is on the rota only"
