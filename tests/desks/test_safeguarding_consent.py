"""Consent to support: given by somebody who can, refused or withdrawn at any moment, and owned by the coordinator then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from heedline.casework.errors import Changed, NotHere
from heedline.casework.records import desk_parts
from heedline.casework.report.opening import short_name
from heedline.dispatch.models import Outbox
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord
from heedline.specialist_desks.safeguarding import cases, consent
from heedline.specialist_desks.safeguarding.consent import Consent
from heedline.specialist_desks.safeguarding.content import SupportCase
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.partner_scene import a_partner, chaired, compared
from tests.support.safeguarding_scene import GROWN, ROBIN, adopted, support_desk, version_of
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def people(people: People) -> People:
    support_desk(people, ("Odile", "Oren", "Olga"))
    a_partner(people)
    compared(people)
    chaired(people)
    return people


def said(people: People, ref: UUID, result: str, *, version: int | None = None, **codes: str) -> None:
    told = {"who": "parent", "capacity": "able", "how": "signed", **codes, "result": result}
    with people.sitting("Odile") as by:
        words = Consent(told, people.at.date(), {"note": "The mother signed the form."})
        consent.save(ref, words, version=version or version_of(ref), by=by, at=people.at)


def case_of(people: People, ref: UUID) -> SupportCase:
    with people.sitting("Odile") as by:
        container = DeskRecord.objects.get(id=ref).container
        return SupportCase.of_words(desk_parts.opened([container], by.keys())[container])


def owner(people: People, ref: UUID) -> str:
    held = DeskRecord.objects.get(id=ref).owner_id
    return next(name for name, one in people.house.officers.items() if one.id == held)


@pytest.mark.parametrize(
    ("who", "capacity", "age", "why"),
    [
        ("parent", "able", "child", ""),
        ("guardian", "unable", "child", ""),
        ("parent", "able", "unknown", ""),
        ("person", "able", "child", consent.FOR_A_CHILD),
        ("person", "able", "unknown", consent.FOR_A_CHILD),
        ("person", "able", "adult", ""),
        ("person", "unable", "adult", consent.UNABLE),
        ("parent", "able", "adult", consent.FOR_AN_ADULT),
        ("guardian", "unable", "adult", ""),
        ("guardian", "able", "adult", consent.ABLE),
    ],
)
def test_who_can_give_consent(who: str, capacity: str, age: str, why: str) -> None:
    assert consent.why_not({"who": who, "capacity": capacity}, age) == why


def test_consent_that_is_withdrawn_in_a_meeting_leaves_the_risk_to_the_coordinator(people: People) -> None:
    ref = adopted(people)
    with pytest.raises(NotNow) as no:
        said(people, ref, "give-consent", who="person")
    assert no.value.about == "who"
    with pytest.raises(NotNow):
        said(people, ref, "withdraw-consent")
    said(people, ref, "give-consent")
    assert (DeskRecord.objects.get(id=ref).state, owner(people, ref)) == ("plan", "Odile")
    assert consent.holds(case_of(people, ref))
    with pytest.raises(Changed):
        said(people, ref, "withdraw-consent", version=1)
    said(people, ref, "withdraw-consent", who="person", capacity="unable")
    assert (DeskRecord.objects.get(id=ref).state, owner(people, ref)) == ("panel", "Olga")
    assert Outbox.objects.filter(letter="record-fell-back", thing_id=ref).exists()
    assert not consent.holds(case_of(people, ref))
    with people.sitting("Odile") as by, pytest.raises(NotNow):
        cases.move(ref, "adopt", version=version_of(ref), by=by, at=people.at)  # the panel decides again


def test_refused_consent_goes_back_to_the_panel(people: People) -> None:
    ref = adopted(people)
    said(people, ref, "refuse-consent", who="person")
    assert (DeskRecord.objects.get(id=ref).state, owner(people, ref)) == ("panel", "Olga")


def test_a_parents_consent_ends_when_the_person_is_an_adult(people: People) -> None:
    ref = adopted(people)
    said(people, ref, "give-consent")
    grown = replace(ROBIN, codes={**ROBIN.codes, "age": "adult"})
    with people.sitting("Odile") as by:
        cases.save(ref, grown, version=version_of(ref), by=by, at=people.at)
    assert not consent.holds(case_of(people, ref))


def test_consent_is_not_recorded_before_it_is_said_or_by_another_desk(people: People) -> None:
    ref = adopted(people, GROWN)
    told = {"result": "give-consent", "who": "person", "capacity": "able", "how": "spoken"}
    tomorrow = Consent(told, people.at.date() + timedelta(days=1))
    with people.sitting("Odile") as by, pytest.raises(NotNow) as no:
        consent.save(ref, tomorrow, version=version_of(ref), by=by, at=people.at)
    assert no.value.about == "on"
    version = version_of(ref)
    with people.sitting("Otto") as by, pytest.raises(NotHere):
        consent.save(ref, tomorrow, version=version, by=by, at=people.at)


def test_the_form_keeps_what_was_typed(people: People, hand: Callable[[], Hand]) -> None:  # noqa: F811
    ref = adopted(people)
    case, form = f"/w/cases/{ref}/", f"/w/cases/{ref}/consent/"
    odile = hand().at_work(people.house, "Odile")
    odile.get(case)
    assert "No session is held before that" in odile.html
    odile.get(form)
    assert "checked" not in odile.html, "nothing is chosen in advance"
    assert "Withdrawn" not in odile.html
    day = people.at
    told = {
        "result": "give-consent",
        "capacity": "able",
        "how": "phone",
        "note": "Explained by the <b>mentor</b>.",
    }
    told |= {"on-day": str(day.day), "on-month": str(day.month), "on-year": str(day.year)}
    odile.send(form, **told, who="person")
    assert odile.page.status_code == 422
    assert consent.FOR_A_CHILD in odile.html
    assert "Explained by the &lt;b&gt;mentor&lt;/b&gt;." in odile.html
    odile.send(form, who="parent")
    assert odile.path == case
    assert f"Given: {consent.WHO['parent']}" in odile.html
    assert "Support plan" in odile.html
    assert short_name(ref) in odile.html
    odile.get(form)
    assert "Withdrawn" in odile.html
