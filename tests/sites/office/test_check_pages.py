"""Reading closed reports again, as a supervisor does it page by page."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from heedline.casework.setup import stewardship
from heedline.permits.models import UnlockedKeys
from heedline.permits.roles import Role
from heedline.reports.models.dip_checks import DipCheck
from heedline.reports.quality_questions import questions_for
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.scene_people import People

ANSWERS = {one.code: "yes" for one in questions_for("web")}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def ref(house: House) -> UUID:
    """A report that Odile closed and the draw chose."""
    at = now()
    stewardship.appoint(
        house.officers["Olga"], Role.SUPERVISOR, house.desks["north-east"], hands=house.hands, at=at
    )
    made, _ = People(house, at).closed()
    DipCheck.objects.create(report_id=made, desk=house.desks["north-east"], week=at.date())
    return made


def test_disagreeing_and_putting_right(house: House, hand: Callable[[], Hand], ref: UUID) -> None:
    olga = hand().at_work(house, "Olga")
    olga.get("/w/checks/")
    assert f'href="/w/r/{ref}/check/"' in olga.html
    assert "No corrections are outstanding." in olga.html
    olga.get(f"/w/r/{ref}/check/")
    assert f'href="/w/r/{ref}/"' in olga.html
    olga.send(f"/w/r/{ref}/check/")
    assert olga.page.status_code == 422
    assert olga.html.count("There is a problem") == 1
    assert "Say whether you agree" in olga.html
    assert "Choose an answer" in olga.html
    assert "Was danger to life asked about" not in olga.html, "that is asked of calls alone"
    olga.send(f"/w/r/{ref}/check/", verdict="disagree")
    assert "Say why you do not agree" in olga.html
    olga.send(f"/w/r/{ref}/check/", verdict="disagree", reason="A name <b>was</b> missed", **ANSWERS)
    assert olga.path == "/w/checks/"
    olga.get("/w/checks/results/")
    assert "Does the decision say why?" in olga.html
    assert "Olga" not in olga.html.partition("<main")[2]
    olga.get("/w/checks/")
    assert "There are no reports to review." in olga.html
    olga.get(f"/w/r/{ref}/check/")
    assert "A name &lt;b&gt;was&lt;/b&gt; missed" in olga.html
    olga.send(f"/w/r/{ref}/check/")
    assert "Say how it was put right" in olga.html
    olga.send(f"/w/r/{ref}/check/", how="Opened again")
    assert "No corrections are outstanding." in olga.html
    olga.get(f"/w/r/{ref}/history/")
    assert "Reviewed the closed report (dip sampling)" in olga.html
    assert "Corrected the closed report" in olga.html


def test_words_that_came_too_late_are_kept(house: House, hand: Callable[[], Hand], ref: UUID) -> None:
    olga = hand().at_work(house, "Olga")
    olga.get(f"/w/r/{ref}/check/")
    written = {**olga.form(f"/w/r/{ref}/check/"), "verdict": "disagree", "reason": "A name was missed"}
    UnlockedKeys.objects.all().delete()
    olga.page = olga.client.post(f"/w/r/{ref}/check/", written, follow=True)
    assert DipCheck.objects.get().verdict == ""
    olga.unlock(house, "Olga")
    olga.get(f"/w/r/{ref}/check/")
    assert "We kept what you wrote." in olga.html
    assert olga.form(f"/w/r/{ref}/check/")["reason"] == "A name was missed"
    olga.send(f"/w/r/{ref}/check/", verdict="disagree", **ANSWERS)
    assert DipCheck.objects.get().verdict == "disagree"
    olga.get(f"/w/r/{ref}/check/")
    assert "We kept what you wrote." not in olga.html


def test_it_is_a_supervisors_page(house: House, hand: Callable[[], Hand], ref: UUID) -> None:
    odile = hand().at_work(house, "Odile")
    odile.get("/w/")
    assert "/w/checks/" not in odile.html
    odile.get("/w/checks/")
    assert odile.page.status_code == 403
    odile.get(f"/w/r/{ref}/check/")
    assert odile.page.status_code == 403
    otto = hand().at_work(house, "Otto")
    otto.get(f"/w/r/{ref}/check/")
    assert otto.page.status_code == 404
