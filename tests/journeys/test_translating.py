"""A report in Polish on English pages: asked for, translated beside the original, read, in Chromium with axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.casework.people import skills
from heedline.desks.models import LanguageSkill
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_call import _at, _seen, office  # noqa: F401 (a fixture)
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.language_scene import ENGLISH, POLISH
from tests.support.stories import a_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]


def speaks_polish(house: House, name: str) -> None:
    with acting("office"):
        skills.state("pl", by=house.sign_in(name, at=now(), unlocked=False), at=now())
        row = LanguageSkill.objects.get(officer=house.officers[name])
        skills.confirm(row.id, by=house.sign_in("Stella", at=now(), unlocked=False), at=now())


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_translation_from_asking_to_reading(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
    scripts: bool,
) -> None:
    speaks_polish(house, "Olga")
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"}, narrative=POLISH)
    odile = person(scripts=scripts)
    at_work(odile, office, house, "Odile")
    odile.visit(f"{office}/w/q/north-east/")
    odile.play.get_by_role("button", name="Take and open").first.click()
    odile.play.get_by_text("Seems to be written in Polish").wait_for()
    _seen(odile, "report-in-polish")
    odile.visit(f"{office}/w/r/{ref}/translation/")
    _seen(odile, "translation-ask")
    odile.play.locator("input[name=what]").first.check()
    odile.play.locator("form:has(input[name=what]) select[name=language]").select_option("pl")
    odile.press("Ask for it")
    odile.play.get_by_text("Olga O.").first.wait_for()
    _seen(odile, "translation-asked")

    olga = person(scripts=scripts)
    at_work(olga, office, house, "Olga")
    olga.visit(f"{office}/w/translations/")
    _seen(olga, "translations-to-do")
    olga.play.locator(f"main a[href*='/w/r/{ref}/translation/']").first.click()
    olga.play.get_by_text(POLISH).first.wait_for()
    _seen(olga, "translation-write")
    olga.play.locator("main textarea").first.fill(ENGLISH)
    olga.press("Save translation")
    olga.play.get_by_text("Version 1").first.wait_for()
    _seen(olga, "translation-written")

    odile.visit(f"{office}/w/r/{ref}/")
    odile.play.get_by_text("Translated from Polish").first.wait_for()
    assert odile.play.get_by_text(ENGLISH).count()
    _seen(odile, "report-translated")
