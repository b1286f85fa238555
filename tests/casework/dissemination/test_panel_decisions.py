"""What a panel decides: asked for a meeting, due five working days after it, and signed by its chair or a deputy alone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from heedline.casework.dissemination import outgoing
from heedline.casework.dissemination.minutes import PanelMinutes
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Dissemination
from tests.support.partner_scene import (
    PANEL,
    answered,
    at_the_council,
    chaired,
    checked,
    opened,
    sent,
    sent_to_the_council,
    written,
)
from tests.support.scene_people import People, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("council")]


def asked(people: People) -> tuple[UUID, UUID, date]:
    """Ask the council's panel, which meets in a week, and let somebody there open it."""
    day = people.at.date() + timedelta(days=7)
    ref, ident = sent_to_the_council(people, purpose="panel", meets_on=day)
    opened(people, ident)
    return ref, ident, day


def test_a_decision_is_due_five_working_days_after_the_meeting(people: People) -> None:
    ref, ident, day = asked(people)
    days, calendar = load_pack("uk").working_days, load_pack("uk").calendar_of(row(ref).desk.code)
    meeting = datetime.combine(day, time(12), days.zone)
    assert sent(ident).due_at == sent(ident).answer_by == days.close_of(meeting, 5, calendar=calendar)


@pytest.mark.parametrize("days", [None, -1])
def test_a_panel_is_asked_for_a_meeting_to_come(people: People, days: int | None) -> None:
    ref, _ = people.assessed()
    day = people.at.date() + timedelta(days=days) if days is not None else None
    with pytest.raises(NotNow) as no:
        written(people, ref, purpose="panel", meets_on=day)
    assert (no.value.reason, no.value.about) == (outgoing.NO_MEETING, "meets_on")


@pytest.mark.parametrize(("name", "role"), [("Petra", Role.CHAIR), ("Pavel", Role.DEPUTY)])
def test_the_chair_or_a_deputy_signs_it_and_no_other_member(people: People, name: str, role: Role) -> None:
    _, ident, _ = asked(people)
    with pytest.raises(Refused):
        answered(people, ident, "adopt", name=name)
    chaired(people, name, role)
    other = "Pavel" if name == "Petra" else "Petra"
    with pytest.raises(Refused):
        answered(people, ident, "adopt", name=other)
    with pytest.raises(ValueError, match="does not know"):
        answered(people, ident, "taken-on", name=name)
    answered(people, ident, "not-adopt", "Early help visits instead.", name=name)
    assert (sent(ident).answer_code, sent(ident).answered_by) == ("not-adopt", people.house.officers[name])


def test_a_member_signs_no_decision_past_the_program(people: People) -> None:
    _, ident, _ = asked(people)
    chaired(people)
    with at_the_council(people, "Pavel"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT permits.answer_sent(%s, 'adopt', %s, '', '{}', '', '', %s, '', %s, '{}', 60, 'routine', '1 day')",
            [ident, ident, ident, ident],
        )
        assert cursor.fetchone() == ("not-yours",)


def test_an_ordinary_answer_decides_nothing(people: People) -> None:
    chaired(people)
    _, ident = sent_to_the_council(people, meets_on=people.at.date())
    assert sent(ident).meets_on is None
    opened(people, ident)
    with pytest.raises(ValueError, match="does not know"):
        answered(people, ident, "adopt")


def test_the_day_of_the_meeting_stays(people: People) -> None:
    _, ident, day = asked(people)
    with pytest.raises(DatabaseError), transaction.atomic():
        Dissemination.objects.filter(pk=ident).update(
            meets_on=day + timedelta(days=1), version=F("version") + 1
        )


@pytest.mark.parametrize(("code", "goes"), [("attends", True), ("apologies", True), ("conflict", False)])
def test_a_pack_goes_to_whoever_has_no_conflict_of_interest(people: People, code: str, goes: bool) -> None:
    ref, invited = sent_to_the_council(people, purpose="panel-invite")
    with pytest.raises(NotNow) as no:
        written(people, ref, purpose="panel-pack")
    assert no.value.reason == outgoing.NOT_INVITED
    opened(people, invited)
    with pytest.raises(ValueError, match="does not know"):
        answered(people, invited, "taken-on")
    answered(people, invited, code)
    if not goes:
        with pytest.raises(NotNow):
            written(people, ref, purpose="panel-pack")
        return
    pack = written(people, ref, purpose="panel-pack")
    answered(people, invited, "conflict")
    with pytest.raises(NotNow):
        checked(people, pack)  # a conflict that was declared since
    answered(people, invited, code)
    checked(people, pack)
    assert sent(pack).state == "sent"


def test_minutes_that_differ_from_what_was_signed_are_none() -> None:
    said = {"text": PANEL.text("Reasons."), "minutes": PANEL.to_words()}
    assert PanelMinutes.of_answer(said) == PANEL
    assert PANEL.organisations == 3
    more = {**PANEL.to_words(), "present": f"{PANEL.present}\nX, School"}
    assert PanelMinutes.of_answer({**said, "minutes": more}) is None
    assert PanelMinutes.of_answer({"text": "Reasons."}) is None
