"""Sessions of support: none before consent, held only with the provider's signed report, and late if too few are held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection

from heedline.casework.dissemination import session_days
from heedline.casework.dissemination.partner_inbox import answer
from heedline.casework.duty import alarm_kinds
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, Dissemination
from heedline.specialist_desks.safeguarding import consent, joined_reports, sessions
from heedline.specialist_desks.safeguarding.consent import Consent
from heedline.specialist_desks.safeguarding.content import SupportCase
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.partner_scene import a_partner, at_the_council, chaired, checked, compared, written
from tests.support.partner_scene import opened as read_by_the_provider
from tests.support.safeguarding_scene import adopted, support_desk, version_of
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
WHY = "The provider was ill on that day"


@pytest.fixture
def people(people: People) -> People:
    """Petra works for the provider too: any partner can be one."""
    support_desk(people)
    a_partner(people)
    compared(people)
    chaired(people)
    return people


def consented(people: People, ref: UUID, result: str = "give-consent") -> None:
    told = {"result": result, "who": "parent", "capacity": "able", "how": "signed"}
    with people.sitting("Odile") as by:
        consent.save(ref, Consent(told, people.at.date()), version=version_of(ref), by=by, at=people.at)


def planned(people: People, ref: UUID, many: int = 7) -> list[sessions.SessionLine]:
    with people.sitting("Odile") as by:
        sessions.plan(ref, people.at.date(), many, 1, by=by, at=people.at)
        return list(sessions.of_case(ref, by=by))


def commissioned(people: People, ref: UUID) -> UUID:
    with people.sitting("Odile") as by:
        [line] = joined_reports.lines([ref], by=by)
        [report] = joined_reports.reports_of_case(line.ref, SupportCase(), by=by)
    ident = written(people, UUID(report), purpose="sessions")
    checked(people, ident)
    read_by_the_provider(people, ident)
    return ident


def reported(people: People, ident: UUID, on: date, code: str = "held") -> None:
    with at_the_council(people) as by:
        text = session_days.with_day("We talked about work.", on)
        answer(ident, code, text, danger="no", by=by, at=people.at)


def taken(people: People, ref: UUID) -> int:
    with people.sitting("Odile") as by:
        return sessions.take_reports(ref, by=by, at=people.at)


def states(ref: UUID) -> list[str]:
    rows = DeskRecord.objects.filter(parent=ref, kind="safeguarding-session")
    return sorted(rows.values_list("state", flat=True))


def test_no_session_is_planned_before_consent(people: People) -> None:
    ref = adopted(people)
    with pytest.raises(NotNow) as no:
        planned(people, ref)
    assert no.value.reason == sessions.NOT_IN_PLAN


def test_a_session_is_held_only_with_the_providers_signed_report(people: People) -> None:
    ref = adopted(people)
    consented(people, ref)
    first, second, *_ = planned(people, ref)
    ident = commissioned(people, ref)
    today = people.at.date()
    with pytest.raises(NotNow):
        reported(people, ident, today + timedelta(days=7))
    with people.sitting("Odile") as by, pytest.raises(ValueError, match="report"):
        sessions.move(first.ref, "hold", WHY, version=1, by=by, at=people.at)
    assert taken(people, ref) == 0
    reported(people, ident, today)
    reported(people, ident, today - timedelta(days=1), "not-person")
    assert (taken(people, ref), taken(people, ref)) == (1, 0), "once, and for no day that was not planned"
    assert states(ref) == ["held", *["planned"] * 6]
    with people.sitting("Odile") as by:
        sessions.move(second.ref, "miss", WHY, version=1, by=by, at=people.at)
        with pytest.raises(NotNow):
            sessions.move(first.ref, "miss", WHY, version=2, by=by, at=people.at)


def test_a_forged_report_holds_no_session(people: People) -> None:
    """Whoever can write to the database turns a session that was not held into one that was."""
    ref = adopted(people)
    consented(people, ref)
    planned(people, ref, 1)
    ident = commissioned(people, ref)
    reported(people, ident, people.at.date(), "not-person")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Dissemination.objects.filter(id=ident).update(answer_code="held")
        cursor.execute("SET session_replication_role = DEFAULT")
    assert taken(people, ref) == 0
    report = str(Dissemination.objects.get(id=ident).report_id)
    with people.sitting("Otto") as by:
        assert sessions.reports_of(ref, SupportCase(reports=(report,)), by=by) == (), "of another desk"


def test_seven_planned_and_one_held_is_late_until_other_days_are_planned(people: People) -> None:
    ref = adopted(people)
    consented(people, ref)
    lines = planned(people, ref)
    reported(people, commissioned(people, ref), people.at.date())
    taken(people, ref)
    later = people.at + timedelta(days=25)
    with acting("worker"):
        sessions.watch(people.at)
        assert not Alarm.objects.filter(kind="safeguarding-sessions-late").exists()
        for _ in range(2):
            sessions.watch(later)
        [alarm] = Alarm.objects.filter(kind="safeguarding-sessions-late")
        assert alarm_kinds.called(alarm, 0, later) == {people.house.officers["Odile"].email}
        assert sessions.why_late([ref], later) == {ref: sessions.TOO_FEW}
    with people.sitting("Odile") as by:
        for line in lines[1:4]:
            sessions.move(line.ref, "supersede", WHY, version=1, by=by, at=people.at)
    with acting("worker"):
        assert not sessions.are_late(alarm, later)
        assert sessions.why_late([ref], people.at + timedelta(days=29))[ref]


def test_none_for_28_days_is_late(people: People) -> None:
    ref = adopted(people)
    consented(people, ref)
    assert sessions.why_late([ref], people.at + timedelta(days=28)) == {}
    assert sessions.why_late([ref], people.at + timedelta(days=29)) == {ref: sessions.TOO_LONG}


def test_sessions_stop_when_consent_is_withdrawn(people: People) -> None:
    ref = adopted(people)
    consented(people, ref)
    planned(people, ref, 2)
    ident = commissioned(people, ref)
    reported(people, ident, people.at.date())
    consented(people, ref, "withdraw-consent")
    assert states(ref) == ["superseded", "superseded"]
    with pytest.raises(NotNow) as no:
        taken(people, ref)
    assert no.value.reason == sessions.NO_CONSENT


def test_the_pages_from_a_plan_to_a_session(people: People, hand: Callable[[], Hand]) -> None:  # noqa: F811
    ref = adopted(people)
    consented(people, ref)
    case, plan = f"/w/cases/{ref}/", f"/w/cases/{ref}/sessions/"
    odile = hand().at_work(people.house, "Odile")
    odile.get(case)
    assert "None are planned" in odile.html
    odile.get(plan)
    day = people.at
    first = {f"first-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    odile.send(plan, **first)
    assert odile.page.status_code == 422
    odile.send(plan, many="2", weeks="2")
    assert odile.path == case
    assert "Held: 0 of 2" in odile.html
    reported(people, commissioned(people, ref), day.date())
    odile.get(case)
    odile.send(f"{case}sessions/reports/")
    assert "Held: 1 of 2" in odile.html
    session = DeskRecord.objects.get(parent=ref, state="planned", kind="safeguarding-session").id
    odile.get(f"/w/sessions/{session}/miss/")
    odile.send("", reason=WHY)
    assert "Not held" in odile.html
    assert "Record that it was not held" not in odile.html
    otto = hand().at_work(people.house, "Otto")
    for where in (plan, f"/w/sessions/{session}/"):
        otto.get(where)
        assert otto.page.status_code == 404, where
