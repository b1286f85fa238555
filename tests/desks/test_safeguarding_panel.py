"""The panel of a safeguarding case: asked by a disclosure, and decided when its chair or a deputy has signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from heedline.casework.access.session import Attendance
from heedline.casework.dissemination.minutes import PanelMinutes
from heedline.casework.duty import alarm_kinds
from heedline.casework.journey import transitions
from heedline.casework.setup import leavers
from heedline.desks.models import Appointment
from heedline.dispatch.models import Alarm
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, Dissemination
from heedline.specialist_desks.safeguarding import cases, joined_reports, panel
from heedline.specialist_desks.safeguarding.content import SupportCase
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support import stories
from tests.support.acting import acting
from tests.support.partner_scene import a_partner, answered, chaired, checked, compared, sent, written
from tests.support.partner_scene import opened as read_by_the_council
from tests.support.safeguarding_scene import opened, support_desk, version_of
from tests.support.scene_people import People, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
WHY = "Grounds that are written down in a sentence"


@pytest.fixture
def people(people: People) -> People:
    """Odile works at the safeguarding desk, which Olga leads. Petra chairs the council's panel."""
    support_desk(people)
    a_partner(people)
    compared(people)
    chaired(people)
    return people


def moved(people: People, ref: UUID, how: str, name: str = "Odile") -> None:
    with people.sitting(name) as by:
        cases.move(ref, how, version=version_of(ref), reason=WHY, by=by, at=people.at)


def agreed(people: People) -> tuple[UUID, UUID]:
    """A case with an agreed section 36 referral, and its assessed report."""
    ref, report = opened(people)
    with people.sitting("Odile") as by:
        transitions.assess(report, stories.VAGUE, version=row(report).version, by=by, at=people.at)
    moved(people, ref, "propose")
    moved(people, ref, "agree", "Olga")
    return ref, report


def asked(people: People, report: UUID, *, days: int = 7) -> UUID:
    """Ask the panel that meets in so many days about a report, and let the council open it."""
    day = people.at.date() + timedelta(days=days)
    ident = written(people, report, purpose="panel", meets_on=day)
    checked(people, ident)
    read_by_the_council(people, ident)
    return ident


def state(ref: UUID) -> str:
    return DeskRecord.objects.get(id=ref).state


def seen(people: People, ref: UUID, by: Attendance) -> panel.PanelReferral | None:
    [line] = joined_reports.lines([ref], by=by)
    reports = joined_reports.reports_of_case(line.ref, SupportCase(), by=by)
    return panel.of_case(reports, by=by, at=people.at)


@pytest.mark.parametrize(
    ("decision", "to"), [("adopt", "consent"), ("not-adopt", "not-adopted"), ("defer", "deferred")]
)
def test_the_decision_that_was_signed_is_recorded_and_no_other(
    people: People, decision: str, to: str
) -> None:
    ref, report = agreed(people)
    with pytest.raises(NotNow) as no:
        moved(people, ref, "refer")
    assert no.value.reason == panel.ASK_FIRST
    ident = asked(people, report)
    moved(people, ref, "refer")
    assert DeskRecord.objects.get(id=ref).due_at == sent(ident).answer_by
    for how in panel.DECISIONS:
        with pytest.raises(NotNow) as no:
            moved(people, ref, how, "Olga")
        assert no.value.reason == panel.NOT_SIGNED
    answered(people, ident, decision)
    for how in panel.DECISIONS - {decision}:
        with pytest.raises(NotNow):
            moved(people, ref, how)
    moved(people, ref, decision)
    assert state(ref) == to


def test_a_deferred_case_is_referred_again_only_when_the_panel_is_asked_again(people: People) -> None:
    ref, report = agreed(people)
    first = asked(people, report)
    moved(people, ref, "refer")
    answered(people, first, "defer")
    moved(people, ref, "defer")
    with pytest.raises(NotNow):
        moved(people, ref, "refer")
    second = asked(people, report, days=35)
    answered(people, second, "adopt")
    moved(people, ref, "refer")
    moved(people, ref, "adopt")
    assert state(ref) == "consent"


def test_a_decision_without_a_quorum_does_not_count(people: People) -> None:
    ref, report = agreed(people)
    ident = asked(people, report)
    moved(people, ref, "refer")
    answered(people, ident, "adopt", minutes=PanelMinutes("A. B, Council\nC. D, council\nE. F, Police"))
    with pytest.raises(NotNow) as no:
        moved(people, ref, "adopt")
    assert no.value.reason == panel.NO_QUORUM
    answered(people, ident, "defer", minutes=PanelMinutes("A. B, Council"))
    moved(people, ref, "defer")


@pytest.mark.parametrize("forged", ["the signature", "the decision", "the signer's role"])
def test_a_forged_decision_does_not_count(people: People, forged: str) -> None:
    """Whoever can write to the database changes what is stored."""
    ref, report = agreed(people)
    ident = asked(people, report)
    moved(people, ref, "refer")
    answered(people, ident, "not-adopt")
    voice = {**(Dissemination.objects.get(id=ident).answer_voice or {}), "signature": "00" * 64}
    changed = {"the signature": {"answer_voice": voice}, "the decision": {"answer_code": "adopt"}}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        if forged in changed:
            Dissemination.objects.filter(id=ident).update(**changed[forged])
        else:
            Appointment.objects.filter(role=Role.CHAIR).delete()
        cursor.execute("SET session_replication_role = DEFAULT")
    with people.sitting("Odile") as by:
        found = seen(people, ref, by)
        assert found is not None
        assert (found.forged, found.code) == (True, "")
    for how in ("adopt", "not-adopt"):
        with pytest.raises(NotNow):
            moved(people, ref, how)


def test_a_decision_counts_after_its_signer_has_left(people: People) -> None:
    ref, report = agreed(people)
    ident = asked(people, report)
    moved(people, ref, "refer")
    answered(people, ident, "adopt")
    house = people.house
    with people.sitting("Stella", unlocked=False):
        leavers.end_role(
            house.officers["Petra"], Role.CHAIR, house.desks["northgate"], hands=house.hands, at=people.at
        )
    moved(people, ref, "adopt")


def test_stewards_are_paged_while_no_council_can_decide(people: People) -> None:
    ref, _ = opened(people)
    house = people.house
    with people.sitting("Stella", unlocked=False):
        leavers.end_role(
            house.officers["Petra"], Role.CHAIR, house.desks["northgate"], hands=house.hands, at=people.at
        )
    with acting("worker"):
        panel.watch(people.at)
        assert not Alarm.objects.filter(kind="safeguarding-no-council").exists(), "no case needs one yet"
    moved(people, ref, "propose")
    moved(people, ref, "agree", "Olga")
    with acting("worker"):
        for _ in range(2):
            panel.watch(people.at)
        [alarm] = Alarm.objects.filter(kind="safeguarding-no-council")
        assert house.officers["Stella"].email in alarm_kinds.called(alarm, 0, people.at)
        assert panel.nobody_decides(alarm, people.at)
    assert DeskRecord.objects.get(id=ref).owner == house.officers["Odile"], "the police own the risk"
    chaired(people)
    with acting("worker"):
        assert not panel.nobody_decides(alarm, people.at)


def test_the_page_of_a_case_from_asking_the_panel_to_its_decision(
    people: People,
    hand: Callable[[], Hand],  # noqa: F811
) -> None:
    ref, report = agreed(people)
    case, house = f"/w/cases/{ref}/", people.house
    odile = hand().at_work(house, "Odile")
    odile.get(case)
    assert "No panel has been asked" in odile.html
    assert "Refer to the panel" not in odile.html
    place = f"/w/r/{report}/partners/write/"
    assert f"{place}?for=panel" in odile.html
    odile.get(f"{place}?for=panel")
    day = people.at + timedelta(days=7)
    typed = {
        "partner": str(house.desks["northgate"].id),
        "purpose": "panel",
        "basis": "panel",
        "title": "For the panel",
        "text": "Please decide.",
        "necessity": "The panel cannot decide without it.",
    }
    odile.send(place, do="check", **typed)
    assert "Enter the day of the panel’s meeting" in odile.html
    typed |= {f"meets_on-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    odile.send(place, do="check", **typed)
    assert f"{day:%-d %B %Y}" in odile.html
    odile.send(place, do="save")
    odile.get(case)
    assert "Not sent yet: a second officer reads it first" in odile.html
    ident = Dissemination.objects.get(report=report).id
    checked(people, ident)
    odile.get(case)
    assert f"meeting on {day:%-d %B %Y}" in odile.html
    assert "The decision has not been signed yet" in odile.html
    odile.send(f"{case}refer/", version=version_of(ref))
    assert "Referred to the panel" in odile.html
    read_by_the_council(people, ident)
    answered(people, ident, "adopt")
    odile.get(case)
    assert "Signed by <bdi>Petra" in odile.html
    assert "Record that the panel did not adopt it" not in odile.html
    odile.send(f"{case}adopt/", version=version_of(ref))
    assert "Adopted by the panel" in odile.html
    assert state(ref) == "consent"
