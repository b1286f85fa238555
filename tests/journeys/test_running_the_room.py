"""A week planned with a gap that alarms, and an officer whom two stewards add, in Chromium, by link and form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import signals
from django.db import close_old_connections

from heedline.casework.access import session
from heedline.casework.keys import directory as key_directory
from heedline.casework.rota import rota_clock
from heedline.desks.models import Officer, Shift
from heedline.desks.rota_weeks import monday_of
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import Open, _at, office  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_setting_up import enrol
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People
from tests.support.site_client import SiteClient

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_a_week_planned_with_a_gap_that_alarms(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_leads(People(house, now()))
    monday = monday_of(now().date()) + timedelta(days=7)
    rota = f"{office}/w/duty/north-east/rota/"
    olga = person(scripts=True)
    at_work(olga, office, house, "Olga", unlocked=False)
    for officer, weekdays in (("Odile O.", ("Monday", "Tuesday")), ("Nobody named", ("Wednesday",))):
        olga.visit(f"{rota}pattern/")
        for weekday in weekdays:
            olga.play.get_by_label(weekday, exact=True).check()
        olga.play.get_by_label("Starts").fill("08:00")
        olga.play.get_by_label("Ends").fill("18:00")
        olga.play.get_by_label("Officer", exact=True).select_option(label=officer)
        olga.press("Add to the pattern")
    olga.axe()
    olga.visit(f"{rota}fill/?target={monday}")
    olga.play.get_by_label("Take the shifts from").select_option(label="The weekly pattern")
    olga.press("Show the shifts")
    olga.play.get_by_text("2 shifts to plan").wait_for()
    olga.axe()
    olga.press("Plan these shifts")
    _at(olga, "Rota for North East desk")
    assert Shift.objects.filter(officer=house.officers["Odile"], starts_at__date=monday).count() == 1
    olga.visit(f"{rota}?week={monday}")
    olga.play.get_by_role("row").filter(has_text="Nobody on the rota").first.wait_for()
    olga.look_everywhere("rota-gap")
    olga.axe()

    eve = now().replace(hour=22, minute=0, second=0, microsecond=0)
    eve += monday + timedelta(days=1) - eve.date()  # the night before the Wednesday on which nobody works
    monkeypatch.setattr(session, "now", lambda: eve)
    with acting("worker"):
        rota_clock.watch(eve)
    late = person(scripts=True)
    at_work(late, office, house, "Olga", unlocked=False)
    late.visit(f"{office}/w/")
    late.press("Alarms")
    late.play.get_by_text("Rota: hours not covered").first.wait_for()
    late.axe()
    late.visit(f"{rota}shift/")
    late.play.get_by_label("Officer", exact=True).select_option(label="Odile O.")
    wednesday = monday + timedelta(days=2)
    for part, value in (("Day", wednesday.day), ("Month", wednesday.month), ("Year", wednesday.year)):
        late.play.get_by_label(part, exact=True).fill(str(value))
    late.play.get_by_label("Starts").fill("08:00")
    late.play.get_by_label("Ends").fill("18:00")
    late.press("Plan the shift")
    _at(late, "Rota for North East desk")
    late.press("Alarms")
    _at(late, "Alarms")
    assert late.play.get_by_text("Rota: hours not covered").count() == 0


def test_an_officer_is_added_in_four_steps_that_the_second_steward_finds(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
) -> None:
    stella, sten = person(scripts=True), person(scripts=True)
    for tab, name in ((stella, "Stella"), (sten, "Sten")):
        at_work(tab, office, house, name, unlocked=False)

    def found(said: str = "") -> None:
        sten.visit(f"{office}/w/")
        sten.play.get_by_role("link", name="Review and confirm").first.click()
        sten.play.get_by_label("Passphrase").fill(house.keys["Sten"].passphrase)
        if said:
            sten.play.get_by_label("The eight words that they read to you").fill(said)
        sten.axe()
        sten.press("Sign and carry out")

    stella.visit(f"{office}/s/propose/invite/")
    stella.axe()
    stella.play.get_by_label("Name", exact=True).fill("Nell N.")
    stella.play.get_by_label("Email").fill("nell@unit.example")
    unit = str(house.officers["Odile"].organisation_id)
    stella.play.get_by_label("Organisation").select_option(value=unit)
    stella.play.get_by_label("Role").select_option(value="officer")
    stella.play.get_by_label("Desk", exact=True).select_option(value=str(house.desks["north-east"].id))
    stella.play.get_by_label("Passphrase").fill(house.keys["Stella"].passphrase)
    stella.press("Propose")
    stella.play.get_by_text("Proposed and signed by you").wait_for()
    found()
    code = sten.play.locator(".hl-words").first.inner_text()
    own = enrol(Hand(SiteClient("office", enforce_csrf_checks=True)), code.strip())
    for signal in (signals.request_started, signals.request_finished):  # Django's own client has put it back
        signal.disconnect(close_old_connections)
    stella.visit(f"{office}/w/")
    stella.play.locator('a[href*="/s/propose/keys/"]').first.click()
    stella.play.get_by_label("The eight words that they read to you").fill(own)
    stella.play.get_by_label("Passphrase").fill(house.keys["Stella"].passphrase)
    stella.axe()
    stella.press("Propose")
    stella.play.get_by_text("Proposed and signed by you").wait_for()
    found(own)
    sten.play.wait_for_load_state()
    nell = Officer.objects.get(email="nell@unit.example")
    assert nell.appointments.filter(role="officer", ended_on=None).exists()
    assert str(nell.id) in key_directory.directory().members(str(house.desks["north-east"].id))
