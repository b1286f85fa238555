"""Subjects in Chromium without scripts: two reports about one boy, and a wrong link made and undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.casework.report.opening import short_name
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import _at, office  # noqa: F401 (fixture)
from tests.support.cast import House, now
from tests.support.scene_people import People
from tests.support.search_scene import indexed
from tests.support.subject_scene import BOY

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def _fits(page: Visitor, name: str) -> None:
    """Nothing is cut off on a small phone, and a screen reader finds its way."""
    page.assert_fits_at(1280, 320, name=f"office-{name}")
    page.axe()


def test_two_reports_become_one_subject_and_a_wrong_link_is_undone(
    house: House,
    office: str,  # noqa: F811
    person: Callable[..., Visitor],  # noqa: F811
) -> None:
    people = People(house, now())
    one, other = (people.send(narrative=text)[0] for text in BOY)
    indexed(people)
    odile = person(scripts=False)
    at_work(odile, office, house, "Odile")
    odile.visit(f"{office}/w/r/{one}/")
    odile.play.get_by_role("link", name="Links", exact=True).click()
    odile.play.get_by_role("link", name="Subjects", exact=True).click()
    odile.play.get_by_text("No subjects yet.").wait_for()
    odile.play.get_by_role("link", name="Add a subject").click()
    odile.play.get_by_label("A new subject: person").check()
    odile.play.get_by_label("Name: Caoimhin Tierney").select_option("Fact")
    odile.play.get_by_label("Reason").fill("His teacher names him")
    _fits(odile, "subject-add")
    odile.press("Save")
    odile.play.get_by_text("The report is linked to the subject.").wait_for()

    odile.visit(f"{office}/w/r/{other}/subjects/add/")
    odile.play.get_by_label("Person: Caoimhin Tierney").check()
    odile.play.get_by_label("Link this report to the subject").check()
    odile.play.get_by_label("Name: Kevin Teirney").select_option("Assessment")
    odile.play.get_by_label("Reason").fill("One date of birth")
    odile.press("Save")
    odile.play.get_by_text("The report is linked to the subject.").wait_for()
    for short in map(short_name, (one, other)):
        odile.play.get_by_role("article", name=f"Report {short}").wait_for()
    _fits(odile, "subject")

    odile.play.get_by_role("link", name=f"Undo the link of report {short_name(other)}").click()
    odile.play.get_by_label("Not the same", exact=True).check()
    odile.press("Undo the link")
    odile.play.get_by_text("Give a reason").first.wait_for()
    odile.play.get_by_label("Reason").fill("Two cousins of one age")
    _fits(odile, "subject-undo")
    odile.press("Undo the link")
    odile.play.get_by_text("Link undone.").wait_for()
    odile.play.get_by_role("heading", name="Reports no longer linked").wait_for()
    history = odile.play.get_by_label("Every link, decision and value, newest first")
    for words in ("Two cousins of one age", "One date of birth", "His teacher names him"):
        history.get_by_text(words).wait_for()
