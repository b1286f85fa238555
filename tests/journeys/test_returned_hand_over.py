"""A handover that comes back, in Chromium: both desks see it wait, why it was returned, and who has it then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from heedline.reports.models import Report
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_call import _seen, office  # noqa: F401 (a fixture)
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]
THEIRS, OURS = "The van is registered in Bristol", "The keeper moved to Newcastle in May"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_hand_over_is_returned_with_a_reason(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
    scripts: bool,
) -> None:
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"})
    odile, otto = person(scripts=scripts), person(scripts=scripts)
    at_work(odile, office, house, "Odile")
    odile.visit(f"{office}/w/q/north-east/")
    odile.play.get_by_role("button", name="Take and open").click()
    odile.visit(f"{office}/w/r/{ref}/hand-over/")
    odile.play.get_by_role("radio", name="South West desk").check()
    odile.play.get_by_label("Why").fill(THEIRS)
    odile.press("Continue")
    odile.press("Hand it over")
    # the giving desk: nothing of it opens any more, and it waits with its clock
    odile.visit(f"{office}/w/")
    waits = odile.play.locator("main")
    expect(waits).to_contain_text("South West desk")
    expect(waits).to_contain_text("Due")
    answer = odile.play.goto(f"{office}/w/r/{ref}/")
    assert answer is not None
    assert answer.status == 404

    # the receiving desk: whose it was and why it came, and returning it
    at_work(otto, office, house, "Otto")
    otto.visit(f"{office}/w/r/{ref}/")
    expect(otto.play.get_by_text("Handed over by").first).to_be_visible()
    otto.visit(f"{office}/w/r/{ref}/timeline/")
    expect(otto.play.get_by_text(THEIRS).first).to_be_visible()
    otto.visit(f"{office}/w/r/{ref}/")
    otto.press("Return it")
    otto.play.get_by_label("Why").fill(OURS)
    _seen(otto, f"return-{scripts}", reloads=False)
    otto.press("Return it")
    answer = otto.play.goto(f"{office}/w/r/{ref}/")
    assert answer is not None
    assert answer.status == 404

    # it is in the queue of the giving desk again, with the reason, and can be taken
    odile.visit(f"{office}/w/r/{ref}/timeline/")
    expect(odile.play.get_by_text(OURS).first).to_be_visible()
    expect(odile.play.get_by_text(THEIRS).first).to_be_visible()
    _seen(odile, f"returned-{scripts}", reloads=False)
    odile.visit(f"{office}/w/q/north-east/")
    odile.play.get_by_role("button", name="Take and open").click()
    assert Report.objects.get(pk=ref).owner == house.officers["Odile"]
