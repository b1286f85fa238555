"""Tests for retention in Chromium: two holds, a review, a disposal by two people, a certificate and a data request.

The report is found by its words before it is disposed of, and by nothing afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Locator

from heedline.casework.report.opening import short_name
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from heedline.reports.models import Disposal, Report
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import _at, _seen, office  # noqa: F401 (fixture)
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.keeping_scene import later
from tests.support.scene_people import People
from tests.support.search_scene import indexed

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]
#: A word of the report that is disposed of.
WORD = "lanternmaker"


@pytest.fixture
def closed(house: House) -> UUID:
    """A report that Odile closed three hundred days ago; Olga leads the desk."""
    with acting("office"):
        stewardship.appoint(
            house.officers["Olga"], Role.SUPERVISOR, house.desks["north-east"], hands=house.hands, at=now()
        )
    people = People(house, now())
    ref, _ = people.closed(narrative=f"A {WORD} at the market asked for the plan of the hall.")
    indexed(people)
    later(300)
    return ref


def _open(page: Visitor, summary: str) -> Locator:
    """Open the part of the page with this summary."""
    page.play.locator("summary", has_text=summary).click()
    return page.play.locator("details", has_text=summary)


def _search(page: Visitor, site: str) -> None:
    page.visit(f"{site}/w/search/")
    page.play.get_by_label("Search for").last.fill(WORD)
    page.play.get_by_role("main").get_by_role("button", name="Search").click()
    _at(page, "Search results")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_keep_or_dispose(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
    closed: UUID,
    scripts: bool,
) -> None:
    olga = person(scripts=scripts)
    at_work(olga, office, house, "Olga")
    olga.visit(f"{office}/w/kept/")
    _seen(olga, "keeping-queue")
    olga.press(short_name(closed))
    _at(olga, f"Retention: {short_name(closed)}")
    _seen(olga, "keeping-report")
    for what in ("A public inquiry or inquest", "Processing is restricted"):
        form = _open(olga, "Place a hold")
        form.get_by_label(what).check()
        form.get_by_label("For which case, and who asked?").fill("Inquiry 2026/7; its solicitor asked")
        olga.press("Place the hold")
        olga.play.get_by_text("It is held.").wait_for()
    _seen(olga, "keeping-held")
    olga.press("Assess")  # the tab
    olga.play.get_by_text(
        "Processing of this report is restricted: the report is kept but must not be shared."
    ).wait_for()
    _seen(olga, "report-restricted")
    olga.press("Why")
    _open(olga, "Keep it longer")
    olga.press("Keep it")
    olga.play.get_by_text("Choose why it is kept").first.wait_for()
    _seen(olga, "keeping-wrong", reloads=False)
    olga.play.get_by_label("No policing purpose shown").check()
    olga.play.get_by_label("There was new contact since it was closed").check()
    olga.play.get_by_label("In your words").fill("They rang again in May")
    olga.press("Keep it")
    olga.play.get_by_text("It is kept until its next review.").wait_for()
    for what in ("Processing is restricted", "A public inquiry or inquest"):
        form = _open(olga, "Release a hold")
        form.get_by_label(what).check()
        form.get_by_label("Why is the hold over?").fill("It has ended")
        olga.press("Release it")
        olga.play.get_by_text("The hold is released.").wait_for()

    odile = person(scripts=scripts)
    at_work(odile, office, house, "Odile")
    odile.visit(f"{office}/w/r/{closed}/keeping/")
    odile.press("Data subject requests")
    _at(odile, "Data subject requests")
    _seen(odile, "subjects")
    on = now().date() - timedelta(days=40)
    odile.play.get_by_label("Number of the request").fill("DPO-2026-041")
    odile.play.get_by_label("To have it erased or restricted").check()
    for part, number in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        odile.play.get_by_label(part).fill(str(number))
    odile.play.get_by_label("North East desk").check()
    odile.press("Put it into the register")
    _at(odile, "Request DPO-2026-041")
    odile.play.get_by_label("Reference of a report that concerns them").fill(short_name(closed))
    odile.press("Record the report")
    odile.play.get_by_role("link", name=short_name(closed)).wait_for()
    _seen(odile, "subject")
    odile.visit(f"{office}/w/subjects/")
    odile.play.get_by_text("12 days late").wait_for()
    _seen(odile, "subjects-late")
    _search(odile, office)
    odile.play.get_by_role("link", name=short_name(closed)).wait_for()
    results = odile.play.url
    odile.visit(f"{office}/w/r/{closed}/keeping/")
    _open(odile, "Propose to dispose of it").get_by_label("Somebody has the right to have it erased").check()
    odile.press("Propose it")
    odile.play.get_by_text("Proposed. Another supervisor must decide.").wait_for()
    assert not odile.play.get_by_role("link", name="Decide about it").count(), "who does not lead cannot"

    olga.visit(f"{office}/w/kept/")
    _seen(olga, "keeping-proposed")
    olga.press(short_name(closed))
    _at(olga, f"Dispose of {short_name(closed)}?")
    _seen(olga, "keeping-decide")
    olga.play.get_by_label("Dispose of it").check()
    olga.press("Decide")
    _at(olga, "Certificate of disposal")
    _seen(olga, "certificate")
    olga.visit(f"{office}/w/certificates/")
    _seen(olga, "certificates")
    assert Disposal.objects.get().done
    assert not Report.objects.filter(pk=closed).exists()

    _search(odile, office)
    odile.play.get_by_text("No reports at your desks match.").wait_for()
    odile.visit(results)
    assert not odile.play.get_by_text(short_name(closed)).count()
    assert not odile.play.locator("mark").count(), "nor does an earlier search show its words"
