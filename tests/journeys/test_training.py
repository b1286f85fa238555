"""A steward records a training; an officer whose training ran out practises; every page with axe, scripts on and off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from heedline.casework.people import training
from heedline.desks.models import CompletedTraining, Exercise
from heedline.dispatch.models import Alarm, Outbox
from heedline.reports.models import Report
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_call import _seen, office  # noqa: F401 (a fixture)
from tests.support.acting import acting
from tests.support.cast import House, now

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]
MARK = "PRACTICE. Nothing on this page is real."


def marked(page: Visitor, name: str) -> None:
    page.play.get_by_text(MARK).wait_for()
    _seen(page, name)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_lapsed_training_practice_and_the_record(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
    scripts: bool,
) -> None:
    row = CompletedTraining.objects.get(officer=house.officers["Odile"], training="call-taking")
    with acting("office"):
        stella = house.sign_in("Stella", at=now(), unlocked=False)
        training.withdraw(row.id, by=stella, at=now() - timedelta(days=3))

    odile = person(scripts=scripts)
    at_work(odile, office, house, "Odile", unlocked=False)
    odile.visit(f"{office}/w/")
    odile.play.get_by_text("Training to repeat").wait_for()
    _seen(odile, "my-work-lapsed")
    odile.visit(f"{office}/me/")
    _seen(odile, "my-trainings")

    odile.visit(f"{office}/w/practise/")
    _seen(odile, "practise")
    odile.play.get_by_role("button", name="Begin A goodbye on film").click()
    marked(odile, "practice-report")
    if scripts:  # each sheet of paper says it
        sheets = PdfReader(BytesIO(odile.play.pdf(width="10cm", height="10cm", margin={"top": "1cm"}))).pages
        assert len(sheets) > 1
        assert all(MARK.split(".")[0] in sheet.extract_text() for sheet in sheets)
    odile.press("Take this report")
    odile.play.get_by_text("Practice: you have taken the report.").wait_for()
    odile.play.locator("input[name=danger][value=yes]").check()
    odile.play.locator("textarea[name=done_what]").fill("A film for afterwards")
    odile.play.locator("input[name=priority][value=high]").check()
    odile.play.locator("textarea[name=reason]").fill("A day and a place")
    odile.press("Save and stay")
    odile.play.get_by_text("Practice: assessment saved.").wait_for()
    marked(odile, "practice-assessed")
    odile.play.get_by_role("link", name="Messages", exact=True).click()
    odile.play.locator("textarea[name=text]").fill("Which way did he go?")
    odile.press("Preview")
    marked(odile, "practice-ask")
    for one in odile.play.locator("input[name=safe]").all():
        one.check()
    odile.press("Send")
    odile.play.get_by_text("He took the black rucksack.").wait_for()
    odile.play.get_by_role("link", name="Pass on or close", exact=True).click()
    odile.play.locator("input[name=outcome][value=informed-investigation]").check()
    odile.play.locator("textarea[name=reason]").fill("Told on")
    odile.press("Close and stay")
    odile.play.get_by_text("what a trainer would decide").wait_for()
    marked(odile, "practice-answer")

    odile.visit(f"{office}/w/practise/")
    odile.play.get_by_role("button", name="Begin A call in a whisper").click()
    marked(odile, "practice-call")
    odile.play.locator("textarea[name='what.narrative']").fill("Bags since yesterday, today")
    odile.play.locator("input[name='now.danger'][value=yes]").check()
    odile.play.get_by_role("button", name="Call dropped").first.click()
    odile.play.get_by_text("what a trainer would decide").wait_for()
    marked(odile, "practice-call-answer")
    assert Exercise.objects.filter(stage="closed").count() == 2
    assert not Report.objects.exists()
    assert not Outbox.objects.exists()
    assert not Alarm.objects.exists()

    steward = person(scripts=scripts)
    at_work(steward, office, house, "Stella", unlocked=False)
    steward.visit(f"{office}/w/training/")
    steward.play.get_by_text("Missing or expired: 1.").wait_for()
    _seen(steward, "training")
    steward.visit(f"{office}/w/practise/people/")
    _seen(steward, "practised-by-others")
    steward.visit(f"{office}/w/training/call-taking/")
    steward.play.get_by_text("Practised 2 of 5").wait_for()
    _seen(steward, "training-record")
    today = now().date()
    for part, value in (("day", today.day), ("month", today.month), ("year", today.year)):
        steward.play.locator(f"input[name=on-{part}]").fill(str(value))
    steward.play.get_by_label("Odile O.").check()
    steward.press("Record it")
    steward.play.get_by_text("Recorded in your name.").wait_for()
    assert CompletedTraining.objects.filter(
        officer=house.officers["Odile"], training="call-taking", withdrawn_on=None
    ).exists()


def test_a_lapsed_call_taker_is_led_on(house: House, office: str, person: Open) -> None:  # noqa: F811
    row = CompletedTraining.objects.get(officer=house.officers["Odile"], training="call-taking")
    with acting("office"):
        stella = house.sign_in("Stella", at=now(), unlocked=False)
        training.withdraw(row.id, by=stella, at=now() - timedelta(days=3))
    odile = person(scripts=False)
    at_work(odile, office, house, "Odile")
    odile.visit(f"{office}/w/call/")
    odile.play.get_by_role("heading", name="You cannot take a report now").wait_for()
    _seen(odile, "call-untrained")
    odile.play.get_by_role("link", name="Take the report now because someone may be in danger").click()
    odile.play.get_by_role("heading", name="New call or walk-in").wait_for()
