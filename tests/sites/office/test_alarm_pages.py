"""Tests that each alarm links to the page where it is dealt with, and that whoever sees it can open that page."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.urls import get_resolver

from heedline.casework.contact import messages
from heedline.casework.duty import alarm_board, alarm_kinds
from heedline.dispatch.clocks import slot_of
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import About, Alarm
from heedline.packs import load_pack
from heedline.reports.record_kinds import kinds
from heedline.specialist_desks.safeguarding.vocabulary import SafeguardingAlarm
from tests.sites.office.desk_hand import Hand
from tests.support import danger_scene
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
#: Nobody at a desk can do anything about these in Heedline: their texts say whom to tell.
NO_PAGE = {
    AlarmKind.KEYS_RECOVERED,
    AlarmKind.SESSION_ALTERED,
    AlarmKind.NOTICE_FORGED,
    AlarmKind.PAGE_FAILED,
    AlarmKind.WORKER_FAILING,
    AlarmKind.LOG_STANDS,
    AlarmKind.LOG_BROKEN,
    SafeguardingAlarm.NO_COUNCIL,
}


@pytest.fixture
def led(house: House) -> People:
    return danger_scene.with_leads(People(house, now()))


def test_every_kind_leads_to_a_page_or_names_somebody_to_tell() -> None:
    names = get_resolver("heedline.config.urls_office").reverse_dict
    without = {kind for kind, rule in alarm_kinds.every_kind() if not rule.page}
    assert without == {str(kind) for kind in NO_PAGE}
    for kind, rule in alarm_kinds.every_kind():
        assert not rule.page or rule.page in names, kind
        assert not rule.page.startswith("report") or rule.about == About.REPORT, kind
    assert {kind.page for kind in kinds().values()} <= set(names)


def test_the_alarms_of_a_report_lead_to_its_pages(led: People, hand: Callable[[], Hand]) -> None:
    ref, code = led.taken()
    with acting("public"):
        messages.say(code, "He has gone out.", message_id=uuid4(), at=led.at)
    desk = led.house.desks["north-east"]
    kinds = [kind for kind, rule in alarm_kinds.ALARM_KINDS.items() if rule.about == About.REPORT]
    for kind in kinds:
        Alarm.objects.create(kind=kind, desk=desk, about_kind="report", about_id=ref, slot=slot_of(led.at))
    odile = hand().at_work(led.house, "Odile")
    odile.get("/w/alarms/")
    led_to = set(re.findall(rf'href="(/w/r/{ref}/[a-z-]*/?)"', odile.html))
    assert {f"/w/r/{ref}/{page}" for page in ("", "ask/", "tasks/", "translation/", "partners/")} <= led_to
    for page in led_to - {f"/w/r/{ref}/{page}" for page in ("call/", "danger/", "files/")}:
        assert odile.get(page).status_code == 200, page  # it has no call, danger or file


@pytest.mark.parametrize(("name", "training"), [("Olga", True), ("Odile", False)])
def test_pages_of_a_desks_alarms_are_offered_to_whom_they_open(
    led: People, hand: Callable[[], Hand], name: str, training: bool
) -> None:
    desk = led.house.desks["north-east"]
    for kind, rule in alarm_kinds.ALARM_KINDS.items():
        if rule.about in (About.DESK, About.ROTA_GAP):
            about = None if rule.about == About.DESK else uuid4()
            Alarm.objects.create(
                kind=kind, desk=desk, about_kind=rule.about, about_id=about, slot=slot_of(led.at)
            )
    page = hand().at_work(led.house, name)
    page.get("/w/alarms/")
    led_to = set(re.findall(r'<strong><a class="govuk-link" href="([^"]+)"', page.html))
    assert {"/w/keys/", "/w/duty/", "/w/q/all/", "/w/search/", "/w/"} <= led_to
    assert ("/w/training/" in led_to) is training
    assert [one for one in led_to if page.get(one).status_code != 200] == []


def test_whoever_cannot_open_the_report_is_given_the_number_to_phone(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    watched, _ = people.send()
    north = house.desks["north-east"]
    for ref in (watched, uuid4()):
        Alarm.objects.create(
            kind=AlarmKind.DANGER, desk=north, about_kind="report", about_id=ref, slot=slot_of(people.at)
        )
    nadia = hand().at_work(house, "Nadia")
    nadia.get("/w/alarms/")
    phone = load_pack("uk").desks["north-east"].phone
    assert nadia.html.count(f"Your desk cannot open this report. Phone the desk that can on {phone}.") == 1
    assert nadia.html.count("Take the report.") == 1, "only beside the one that her desk watches"


def test_a_flood_is_one_row_that_leads_to_all_of_its_alarms(led: People, hand: Callable[[], Hand]) -> None:
    desk, flood = led.house.desks["north-east"], [uuid4() for _ in range(alarm_board.FEW + 3)]
    for about in flood:
        Alarm.objects.create(
            kind="overdue", desk=desk, about_kind="report", about_id=about, slot=slot_of(led.at), steps_sent=1
        )
    Alarm.objects.create(
        kind="overdue", desk=desk, about_kind="report", about_id=uuid4(), slot=slot_of(led.at), steps_sent=2
    )
    odile = hand().at_work(led.house, "Odile")
    odile.get("/w/alarms/")
    assert odile.html.count("Report overdue.</strong>") == 2, "one step further is another row"
    assert f"and {len(flood) - 1} more with the same alarm" in odile.html
    (link,) = re.findall(r'href="(/w/alarms/\?like=[^"]+)"', odile.html)
    odile.get(link)
    assert odile.html.count("Report overdue.</strong>") == len(flood)
