"""An overseer registers what concerns an officer themselves, in Chromium, and sees that it was met."""

from __future__ import annotations

import pytest

from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_identity_release import Open, office  # noqa: F401 (fixture)
from tests.journeys.test_officer_day import _at, _seen
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_what_concerns_themselves(house: House, office: str, person: Open) -> None:  # noqa: F811
    stewardship.appoint(house.officers["Ned"], Role.OVERSEER, None, hands=house.hands, at=now())
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"}, narrative="ZOE OBRIEN filmed the side doors")
    ned = person(scripts=True)
    at_work(ned, office, house, "Ned", unlocked=False)
    ned.visit(f"{office}/oversight/own/")
    ned.play.get_by_label("Which officer do these terms concern?").select_option(label="Odile O.")
    ned.play.get_by_label("Which names, addresses or numbers could show a conflict of interest?").fill(
        "Zoë O'Brien\nAB12 CDE"
    )
    ned.press("Register")
    ned.play.get_by_text("Registered: 2 terms.").wait_for()
    odile = person(scripts=False)
    at_work(odile, office, house, "Odile")
    odile.visit(f"{office}/w/r/{ref}/")
    ned.visit(f"{office}/oversight/own/")
    _at(ned, "Conflicts of interest")
    assert ned.play.get_by_role("rowheader", name="Odile O.").first.is_visible()
    _seen(ned, "own-terms")
