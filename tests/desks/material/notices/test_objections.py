"""Tests that a company's objection to a notice is decided by somebody uninvolved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from heedline.casework.delivery.attempts import AttemptOutcome
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.items import sightings
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import CompanyNotice, MaterialItem
from heedline.specialist_desks.material.notice_rules.states import CompanyAnswer, NoticeState
from heedline.specialist_desks.material.notices import following, lines, sending
from tests.support.linking_scene import compared
from tests.support.material_scene import examined, harmless, taken
from tests.support.notice_scene import (
    OTHER_POST,
    FakeCompany,
    approved,
    fake_company,
    referral,
)
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def company(settings: Any) -> Iterator[FakeCompany]:
    """A company that receives notices on loopback."""
    with fake_company() as found:
        settings.NOTICE_MAIL = {
            "host": "127.0.0.1",
            "port": found.smtp_port,
            "user": "",
            "password": "",
            "tls": False,
        }
        settings.NOTICE_STAND_INS = {"https://api.kiteboard.example": f"http://127.0.0.1:{found.web_port}"}
        yield found


def state(ref: UUID) -> NoticeState:
    return NoticeState(CompanyNotice.objects.get(id=ref).state)


def sent(people: People, ref: UUID, name: str = "Odile", at: timedelta = timedelta()) -> AttemptOutcome:
    with people.sitting(name) as by:
        return sending.send(ref, by=by, at=people.at + at).outcome


def test_an_objection_is_decided_by_somebody_uninvolved_and_withdrawn(
    people: People, company: FakeCompany
) -> None:
    ref = approved(people)
    sent(people, ref)
    item = CompanyNotice.objects.get(id=ref).item_id
    company.mails.clear()
    with people.sitting("Odile") as by:
        following.record_answer(ref, CompanyAnswer.OBJECTS, "It is a museum", by=by, at=people.at)
        with pytest.raises(NotNow, match="uninvolved"):
            following.close(ref, by=by, at=people.at)
    assert [asked_to_decide(people, name) for name in ("Odile", "Otto", "Nadia")] == [[], [], [item]]
    with pytest.raises(Refused):
        examined(people, item, "Otto", harmless())
    examined(people, item, "Nadia", harmless())
    assert asked_to_decide(people, "Olga") == [], "it is decided"
    with people.sitting("Odile") as by:
        assert lines.one(ref, by=by, at=people.at).overturned
        with pytest.raises(NotNow, match="what was wrong"):
            following.withdraw(ref, " ", by=by, at=people.at)
        following.withdraw(ref, "It documents an attack.", by=by, at=people.at)
    assert state(ref) is NoticeState.WITHDRAWN
    (mail,) = company.mails
    assert b"is withdrawn" in mail
    assert b"Ab12Cd" not in mail


def asked_to_decide(people: People, name: str) -> list[UUID]:
    """The items about which My work asks `name` to decide on an objection."""
    with people.sitting(name) as by:
        return [one.ref for one in following.objections_for_me(by) if one.ref is not None]


def test_an_objection_about_terms_is_decided_by_somebody_uninvolved_too(
    people: People, company: FakeCompany
) -> None:
    terms = harmless("terms", why="It breaks the company's rules")
    item = taken(people, "Odile", OTHER_POST)
    examined(people, item, "Odile", terms)
    compared(people, "Odile")
    with people.sitting("Odile") as by:
        sightings.record(item, LivenessVerdict.LIVE, by=by, at=people.at)
    ref = approved(people, referral(grounds={}, terms_clause="Rule 4"), item=item)
    sent(people, ref)
    at = people.at + timedelta(seconds=1)
    with people.sitting("Odile") as by:
        following.record_answer(ref, CompanyAnswer.OBJECTS, "It is satire", by=by, at=at)
    assert [asked_to_decide(people, name) for name in ("Nadia", "Olga")] == [[], [item]]
    for name, closes in (("Odile", False), ("Nadia", True)):
        with people.sitting("Olga") as by:
            examining.reopen(item, by=by, at=at)
            assert not lines.one(ref, by=by, at=at).overturned, "it is being examined again"
        with people.sitting(name) as by:
            examining.take(item, by=by, at=at)
            number = MaterialItem.objects.get(id=item).version
            examining.examine(item, terms, version=number, by=by, at=at)
        with people.sitting("Odile") as by:
            if closes:
                following.close(ref, by=by, at=at)
            else:
                with pytest.raises(NotNow, match="uninvolved"):
                    following.close(ref, by=by, at=at)
    assert state(ref) is NoticeState.CLOSED
