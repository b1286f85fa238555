"""A supervisor finds a late report on the board, takes it over and gives it to a colleague, in Chromium, by link and form."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heedline.casework.access import session
from heedline.casework.journey import transitions
from heedline.casework.tasks import tasks
from heedline.reports.models import Report
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import Open, _at, office  # noqa: F401
from tests.support.cast import House, now
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
WHY = "The review was due last night and Odile is off today."


@pytest.mark.parametrize("scripts", [True, False])
def test_found_taken_over_and_reassigned(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    *,
    scripts: bool,
) -> None:
    people = with_leads(People(house, now()))
    late, _ = people.taken()
    for _ in range(3):
        people.send()
    people.closed()
    with people.sitting("Odile") as odile:
        tasks.set_task(late, "Ring", odile.officer_id, people.at + timedelta(hours=1), by=odile, at=people.at)
        other, _ = people.send()
    with people.sitting("Odile") as odile:
        transitions.take(other, by=odile, at=people.at)
    tomorrow = people.at + timedelta(hours=20)
    monkeypatch.setattr(session, "now", lambda: tomorrow)

    olga = person(scripts=scripts)
    at_work(olga, office, house, "Olga")
    olga.visit(f"{office}/w/")
    olga.press("Board")
    _at(olga, "Board: North East desk")
    assert olga.play.locator(".hl-nav > div > ul > li").count() <= 8
    olga.play.locator(".hl-nav summary").click()
    olga.play.get_by_role("link", name="Retention").wait_for()
    if scripts:
        olga.look_everywhere("board")
    olga.axe()
    row = olga.play.get_by_role("row").filter(has=olga.play.get_by_role("rowheader", name="Odile O."))
    row.get_by_role("link", name="2 overdue").click()
    _at(olga, "North East desk")
    ticks = olga.play.get_by_role("checkbox", name="Tick", exact=False)
    assert ticks.count() == 2
    for tick in ticks.all():
        tick.check()
    olga.press("Assign")
    _at(olga, "Assign 2 reports")
    olga.play.get_by_label("Olga O. (you)").check()
    olga.press("Assign")
    assert "Give the reason" in olga.play.content()
    olga.play.get_by_label("Reason").fill(WHY)
    olga.assert_fits()  # the answer to a form, which cannot be fetched again for the validator
    olga.axe()
    olga.press("Assign")
    _at(olga, "Assigned to Olga O.: 2 reports")
    assert Report.objects.filter(owner=house.officers["Olga"]).count() == 2

    # and one of them back, with a reason of its own told to nobody: it is hers
    olga.visit(f"{office}/w/r/{late}/owner/")
    olga.play.get_by_label("Odile O.").check()
    olga.press("Save the owner")
    olga.play.get_by_text("Odile O. is now the owner of this report.").wait_for()
    olga.visit(f"{office}/w/board/north-east/tasks/")
    _at(olga, "Open tasks: North East desk")
    olga.axe()

    odile = person(scripts=scripts, width=360)
    at_work(odile, office, house, "Odile")
    odile.visit(f"{office}/w/")
    odile.play.get_by_text(WHY).wait_for()
    if scripts:
        odile.look_everywhere("board-told")
    odile.axe()
    odile.play.get_by_role("button", name="I have read this").click()
    odile.visit(f"{office}/w/r/{late}/tasks/")
    if scripts:
        odile.look_everywhere("board-tasks")
    odile.axe()
    odile.visit(f"{office}/w/duty/north-east/notes/")
    if scripts:
        odile.look_everywhere("board-shift")
    odile.axe()


def test_the_board_is_read_in_print_and_with_forced_colours(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
) -> None:
    people = with_leads(People(house, now()))
    people.taken()
    for dark, contrast in ((True, False), (False, True)):
        olga = person(dark=dark, contrast=contrast)
        at_work(olga, office, house, "Olga", unlocked=False)
        olga.visit(f"{office}/w/board/north-east/")
        _at(olga, "Board: North East desk")
        olga.screenshot(f"board-{'dark' if dark else 'contrast'}")
        bar = olga.play.locator(".hl-chart__bar").first
        back = olga.play.evaluate("getComputedStyle(document.body).backgroundColor")
        assert bar.evaluate("bar => getComputedStyle(bar).fill") != back, "the bars can be told from the page"
        assert bar.evaluate("bar => getComputedStyle(bar).strokeWidth") == "1px"
        olga.play.emulate_media(media="print")
        assert not olga.play.locator(".hl-nav").is_visible()
        assert olga.play.get_by_role("img", name="Open reports by age", exact=False).is_visible()
        olga.screenshot(f"board-print-{'dark' if dark else 'contrast'}")
