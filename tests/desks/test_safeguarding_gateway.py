"""The gateway assessment of a safeguarding case: its deadline, what can be proposed, and the proof with which it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection

from heedline.casework.errors import NotHere
from heedline.casework.journey import transitions
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, Dissemination
from heedline.specialist_desks.safeguarding import cases, child_checks, gateway
from heedline.specialist_desks.safeguarding.content import SupportCase
from tests.support import stories
from tests.support.partner_scene import a_partner, answered, checked, compared, written
from tests.support.partner_scene import opened as read_by_the_council
from tests.support.safeguarding_scene import (
    GROWN,
    ROBIN,
    a_report,
    child_checked,
    opened,
    support_desk,
    version_of,
)
from tests.support.scene_people import People, row

pytestmark = pytest.mark.django_db
WHY = "Grounds that are written down in a sentence"


@pytest.fixture
def people(people: People) -> People:
    """Odile works at the safeguarding desk, and Olga leads it."""
    return support_desk(people)


def moved(people: People, ref: UUID, name: str, how: str) -> None:
    with people.sitting(name) as by:
        cases.move(ref, how, version=version_of(ref), reason=WHY, by=by, at=people.at)


def living_in(regime: str, case: SupportCase = ROBIN) -> SupportCase:
    return replace(case, codes={**case.codes, "regime": regime})


def accepted(people: People, ref: UUID, code: str = "taken-on") -> UUID:
    """Send an assessed report to the council, which opens it and answers."""
    with people.sitting("Odile") as by:
        transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=by, at=people.at)
    ident = written(people, ref, basis="children")
    checked(people, ident)
    read_by_the_council(people, ident)
    answered(people, ident, code)
    return ident


@pytest.mark.parametrize(
    ("regime", "day"), [("england-and-wales", 4), ("northern-ireland", 4), ("scotland", 7)]
)
def test_the_gateway_ends_after_five_working_days_of_the_regime(regime: str, day: int) -> None:
    due = gateway.first_due(living_in(regime), datetime(2026, 11, 27, 12, tzinfo=UTC))
    assert due == datetime(2026, 12, day, 17, tzinfo=UTC), "30 November is a holiday in Scotland alone"


def test_a_proposal_taken_back_or_another_regime_does_not_extend_the_gateway(people: People) -> None:
    ref, _ = opened(people)
    due = DeskRecord.objects.get(id=ref).due_at
    moved(people, ref, "Odile", "propose")
    assert DeskRecord.objects.get(id=ref).due_at != due
    moved(people, ref, "Odile", "take-back")
    assert DeskRecord.objects.get(id=ref).due_at == due
    with people.sitting("Odile") as by:
        cases.save(ref, living_in("scotland"), version=version_of(ref), by=by, at=people.at)
    assert DeskRecord.objects.get(id=ref).due_at == gateway.first_due(living_in("scotland"), people.at)


def test_no_section_36_referral_where_there_is_no_panel(people: People) -> None:
    ref, _ = opened(people, case=living_in("northern-ireland"))
    with pytest.raises(NotHere):
        moved(people, ref, "Odile", "propose")
    moved(people, ref, "Odile", "lead")
    assert DeskRecord.objects.get(id=ref).state == "police-led"


def test_the_regime_changes_only_during_the_gateway_assessment(people: People) -> None:
    ref, _ = opened(people)
    moved(people, ref, "Odile", "propose")
    moved(people, ref, "Olga", "agree")
    with people.sitting("Odile") as by, pytest.raises(NotNow) as no:
        cases.save(ref, living_in("northern-ireland"), version=version_of(ref), by=by, at=people.at)
    assert no.value.about == "regime"


@pytest.mark.parametrize(
    "codes", [{"age": "child"}, {"age": "unknown"}, {"category": "violence"}, {"category": "school"}]
)
def test_a_childs_or_a_violence_case_does_not_end_without_proof(
    people: People, codes: dict[str, str]
) -> None:
    ref, _ = opened(people, case=replace(GROWN, codes={**GROWN.codes, **codes}))
    with pytest.raises(NotNow) as no:
        moved(people, ref, "Odile", "propose-ending")
    assert no.value.reason == gateway.NO_PROOF


def test_a_service_that_accepted_is_the_proof_and_a_new_report_needs_another(people: People) -> None:
    a_partner(people)
    compared(people)
    ref, report = opened(people)
    ident = accepted(people, report)
    child_checked(people, ref)
    moved(people, ref, "Odile", "propose-ending")
    second = a_report(people)
    with people.sitting("Odile") as by:
        cases.join(second, ref, by=by, at=people.at)
    with pytest.raises(NotNow):
        moved(people, ref, "Olga", "agree-ending")
    accepted(people, second)
    with pytest.raises(NotNow) as no:
        moved(people, ref, "Olga", "agree-ending")
    assert no.value.reason == cases.SAVE_FIRST
    moved(people, ref, "Olga", "refuse-ending")
    with people.sitting("Odile") as by:
        cases.save(ref, ROBIN, version=version_of(ref), by=by, at=people.at)
    with pytest.raises(NotNow) as no:
        moved(people, ref, "Odile", "propose-ending")
    assert no.value.reason == child_checks.STILL_OPEN
    child_checked(people, ref)
    moved(people, ref, "Odile", "propose-ending")
    moved(people, ref, "Olga", "agree-ending")
    assert DeskRecord.objects.get(id=ref).state == "closed"
    assert Dissemination.objects.get(id=ident).answer_code == "taken-on"


def test_another_answer_or_one_without_its_signature_is_no_proof(people: People) -> None:
    a_partner(people)
    compared(people)
    refused, report = opened(people)
    accepted(people, report, "not-ours")
    forged, other = opened(people)
    ident = accepted(people, other)
    voice = {**(Dissemination.objects.get(id=ident).answer_voice or {}), "officer": str(ident)}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Dissemination.objects.filter(id=ident).update(answer_voice=voice)
        cursor.execute("SET session_replication_role = DEFAULT")
    for ref in (refused, forged):
        with pytest.raises(NotNow):
            moved(people, ref, "Odile", "propose-ending")
