"""The child check of a safeguarding case: children's services are told in time, or the person is 18 or over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from heedline.casework.dissemination import lines
from heedline.casework.errors import NotHere
from heedline.casework.journey import transitions
from heedline.casework.records import clock
from heedline.casework.report.opening import short_name
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, Dissemination
from heedline.specialist_desks.safeguarding import cases, child_checks
from heedline.specialist_desks.safeguarding.content import SupportCase
from heedline.specialist_desks.safeguarding.kind import CHECK_KIND
from heedline.specialist_desks.safeguarding.pages.check_pages import WORDS
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support import stories
from tests.support.cast import House, now
from tests.support.partner_scene import a_partner, checked, compared, written
from tests.support.safeguarding_scene import (
    GROWN,
    ROBIN,
    child_check_of,
    child_checked,
    opened,
    support_desk,
    version_of,
)
from tests.support.scene_people import People, row

pytestmark = pytest.mark.django_db
WHY = "A reason that is written down in a sentence"


@pytest.fixture
def people(people: People) -> People:
    """Odile works at the safeguarding desk, and Olga leads it."""
    return support_desk(people)


def told(people: People, report: UUID, basis: str) -> None:
    with people.sitting("Odile") as by:
        transitions.assess(report, stories.VAGUE, version=row(report).version, by=by, at=people.at)
    checked(people, written(people, report, basis=basis))


def test_every_state_and_move_has_words() -> None:
    assert WORDS.missing(CHECK_KIND) == set()


@pytest.mark.parametrize("age", ["child", "unknown"])
def test_a_check_is_completed_only_when_childrens_services_are_told(people: People, age: str) -> None:
    a_partner(people)
    compared(people)
    ref, report = opened(people, case=replace(ROBIN, codes={**ROBIN.codes, "age": age}))
    check = child_check_of(ref)
    told(people, report, "panel")
    with pytest.raises(NotNow) as no:
        child_checked(people, ref)
    assert no.value.reason == child_checks.NOT_TOLD
    checked(people, written(people, report, basis="children"))
    child_checked(people, ref)
    assert DeskRecord.objects.get(id=check).held == "ended"


def test_the_check_has_an_owner_who_is_paged_after_one_working_day(people: People) -> None:
    ref, _ = opened(people)
    check = DeskRecord.objects.get(id=child_check_of(ref))
    assert check.owner_id == people.house.officers["Odile"].id
    assert check.due_at is not None
    assert check.due_at < DeskRecord.objects.get(id=ref).due_at
    clock.watch(check.due_at + timedelta(seconds=1))
    assert Alarm.objects.get(about_id=check.id).kind == "record-overdue"


def test_nothing_in_the_clear_says_who_is_a_child(people: People) -> None:
    child, _ = opened(people, case=replace(GROWN, codes={**GROWN.codes, "age": "child"}))
    adult, _ = opened(people, case=GROWN)

    def clear(case: UUID) -> list[tuple[object, ...]]:
        rows = DeskRecord.objects.filter(parent=case)
        return list(rows.values_list("kind", "state", "held", "version", "owner", "due_at"))

    assert clear(child) == clear(adult)


def test_a_child_who_turns_18_gets_a_check_and_a_case_waits_for_it(people: People) -> None:
    ref, _ = opened(people, case=GROWN)
    with people.sitting("Odile") as by, pytest.raises(NotNow) as no:
        cases.move(ref, "propose-ending", version=1, reason=WHY, by=by, at=people.at)
    assert no.value.reason == child_checks.STILL_OPEN
    child_checked(people, ref)
    for codes in ({"age": "child"}, {"age": "adult"}):
        with people.sitting("Odile") as by:
            case = replace(GROWN, codes={**GROWN.codes, **codes})
            cases.save(ref, SupportCase(case.texts, case.codes), version=version_of(ref), by=by, at=people.at)
    assert DeskRecord.objects.filter(parent=ref, due_at__isnull=False).count() == 1
    child_checked(people, ref)
    with people.sitting("Odile") as by:
        cases.move(ref, "propose-ending", version=version_of(ref), reason=WHY, by=by, at=people.at)


def test_strangers_do_not_find_a_check(people: People) -> None:
    ref, _ = opened(people, case=GROWN)
    with pytest.raises(NotHere):
        child_checked(people, ref, "Otto")


@pytest.mark.usefixtures("demo")
def test_a_case_shows_what_was_sent_about_it_and_who_has_not_opened_it(
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    people = support_desk(People(house, now()))
    a_partner(people)
    compared(people)
    ref, report = opened(people)
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/cases/{ref}/")
    assert "None about the reports in this case." in odile.html
    told(people, report, "children")
    ident = Dissemination.objects.get(report=report).id
    odile.get(f"/w/cases/{ref}/")
    assert f'href="/w/sent/{ident}/"' in odile.html
    assert f'their reference <span translate="no">{short_name(ident)}</span>' in odile.html
    assert "Sent, not opened yet" in odile.html
    assert "hl-overdue" not in odile.html
    with people.sitting("Odile") as by:
        [line] = lines.lines_about([report], by=by, at=people.at + timedelta(days=3))
    assert line.overdue
    assert f"/w/r/{report}/partners/write/?for=information" in odile.html
    odile.get(f"/w/r/{report}/partners/write/?for=information")
    assert "Do you know this person, and since when?" in odile.html
    odile.get(f"/w/child-checks/{child_check_of(ref)}/")
    assert "not opened yet" in odile.html
    odile.get(f"/w/child-checks/{child_check_of(ref)}/complete/")
    odile.send("", reason=WHY)
    assert "Completed" in odile.html


@pytest.mark.usefixtures("demo")
def test_a_check_in_the_browser(house: House, hand: Callable[[], Hand]) -> None:  # noqa: F811
    people = support_desk(People(house, now()))
    ref, _ = opened(people)
    check = f"/w/child-checks/{child_check_of(ref)}/"
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/cases/{ref}/")
    assert f'href="{check}"' in odile.html
    odile.get(check)
    assert "Under 18" in odile.html
    odile.get(f"{check}complete/")
    odile.send("", reason=WHY)
    assert odile.page.status_code == 409
    assert "Children’s services have not been told" in odile.html
    assert WHY in odile.html, "what was typed stays"
    otto = hand().at_work(house, "Otto")
    for where in (check, f"{check}complete/"):
        otto.get(where)
        assert otto.page.status_code == 404
