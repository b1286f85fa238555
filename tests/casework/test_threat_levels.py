"""Threat levels: two national advisers record one, everybody reads it while it is new, and nobody does it alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from heedline.audit.models import Event
from heedline.casework.access.session import office_zone
from heedline.casework.errors import Locked, NotHere
from heedline.casework.intake import public_threat_levels
from heedline.casework.setup import threat_levels
from heedline.permits.gate import Refused
from heedline.permits.second_person import RULES, Matter, Reply
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import ThreatLevel
from tests.sites.public.mishaps import database_away
from tests.sites.public.walker import Walker
from tests.support import advice_scene
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import MINUTE, People

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def people(house: House) -> People:
    return advice_scene.adviser_desk(People(house, now()))


def entered(
    people: People, name: str = "Otto", *, scope: str = "uk", level: str = "severe", ago: int = 0
) -> UUID:
    with people.sitting(name) as here:
        day = people.at.astimezone(office_zone()).date() - ago * DAY
        return threat_levels.enter(scope, level, "mi5", day, by=here, at=people.at)


def confirmed(people: People, ref: UUID, name: str = "Oren", reply: Reply = Reply.AGREE) -> None:
    with people.sitting(name) as here:
        threat_levels.decide(ref, reply, by=here, at=people.at + MINUTE)
    public_threat_levels.forget()


def shown(people: People, days: int = 0) -> list[tuple[str, str]]:
    public_threat_levels.forget()
    today = people.at.astimezone(office_zone()).date() + days * DAY
    with acting("public"):
        return [(one.scope, one.level) for one in public_threat_levels.shown_for("advice", today)]


def test_the_public_site_shows_a_level_only_when_another_adviser_has_confirmed_it(people: People) -> None:
    ref = entered(people)
    assert shown(people) == []
    with people.sitting("Otto") as otto, pytest.raises(Refused) as refused:
        threat_levels.decide(ref, Reply.AGREE, by=otto, at=people.at)
    assert refused.value.reason == RULES[Matter.THREAT_LEVEL].own
    assert shown(people) == []
    confirmed(people, ref)
    assert shown(people) == [("uk", "severe")]
    with people.sitting("Oren") as oren, pytest.raises(NotNow):
        threat_levels.decide(ref, Reply.REFUSE, by=oren, at=people.at)
    acts = Event.objects.filter(thing="threat-level").order_by("id").values_list("act", "outcome")
    assert list(acts) == [
        ("threat-level-entered", "done"),
        ("threat-level-decided", "refused"),
        ("threat-level-decided", "done"),
    ]


def test_each_scope_has_its_own_and_a_newer_one_replaces_it(people: People) -> None:
    for scope, level in (("uk", "severe"), ("northern_ireland", "substantial"), ("uk", "critical")):
        confirmed(people, entered(people, scope=scope, level=level))
        people.at += MINUTE
    assert shown(people) == [("uk", "critical"), ("northern_ireland", "substantial")]


@pytest.mark.parametrize("reply", [Reply.REFUSE, Reply.WITHDRAW])
def test_what_was_rejected_or_withdrawn_leaves_the_level_before(people: People, reply: Reply) -> None:
    confirmed(people, entered(people))
    again = entered(people, level="low")
    confirmed(people, again, "Otto" if reply is Reply.WITHDRAW else "Oren", reply)
    assert shown(people) == [("uk", "severe")]
    entered(people, level="low")


def test_an_old_level_is_not_shown_and_stewards_see_red(people: People) -> None:
    with people.sitting("Stella") as stella:
        assert not any(one.current for one in threat_levels.recorded(by=stella, at=people.at))
    confirmed(people, entered(people, ago=1))
    assert shown(people, 30) == [("uk", "severe")]
    assert shown(people, 31) == []
    with people.sitting("Stella", at=people.at + 31 * DAY) as stella:
        kept = threat_levels.recorded(by=stella, at=people.at + 31 * DAY)
    assert [(one.current, one.confirmed is not None) for one in kept] == [(False, True), (False, False)]


def test_a_level_that_waited_too_long_cannot_be_confirmed(people: People) -> None:
    ref, late = entered(people), people.at + 32 * DAY
    with people.sitting("Oren", at=late) as oren, pytest.raises(NotNow):
        threat_levels.decide(ref, Reply.AGREE, by=oren, at=late)


@pytest.mark.parametrize(
    ("wrong", "about"),
    [
        ({"scope": "moon"}, "scope"),
        ({"level": "<b>low</b>"}, "level"),
        ({"ago": -1}, "read_on"),
        ({"ago": 32}, "read_on"),
    ],
)
def test_only_codes_of_the_pack_and_days_of_now_are_entered(
    people: People, wrong: dict[str, Any], about: str
) -> None:
    with pytest.raises(NotNow) as refused:
        entered(people, **wrong)
    assert refused.value.about == about
    entered(people)
    with pytest.raises(NotNow) as refused:
        entered(people, "Oren", level="low")
    assert refused.value.reason == RULES[Matter.THREAT_LEVEL].waiting


@pytest.mark.parametrize("name", ["Nadia", "Olga", "Stella", "Ada"])
def test_nobody_else_enters_or_confirms_one(people: People, name: str) -> None:
    ref = entered(people)
    with pytest.raises(Refused):
        entered(people, name, scope="northern_ireland")
    with pytest.raises(Refused):
        confirmed(people, ref, name)
    assert ThreatLevel.objects.get().state == "waiting"


def test_nobody_enters_one_with_locked_keys(people: People) -> None:
    with people.sitting("Otto", unlocked=False) as otto, pytest.raises(Locked):
        threat_levels.enter("uk", "low", "mi5", people.at.date(), by=otto, at=people.at)


@pytest.mark.parametrize("name", ["Nadia", "Olga"])
def test_officers_of_other_desks_do_not_see_the_page(people: People, name: str) -> None:
    with people.sitting(name) as here, pytest.raises(NotHere):
        threat_levels.recorded(by=here, at=people.at)


def test_the_database_lets_nobody_confirm_their_own_or_write_another_desks(people: People) -> None:
    """With the rights of the office alone, past every check of the program."""
    ref = entered(people)
    otto, nadia = people.house.officers["Otto"], people.house.officers["Nadia"]
    decided = {"state": "agreed", "decided_at": people.at}
    with people.sitting("Otto"), pytest.raises(DatabaseError), transaction.atomic():
        ThreatLevel.objects.filter(id=ref).update(**decided, decided_by=otto)
    with people.sitting("Otto"), pytest.raises(DatabaseError), transaction.atomic():
        ThreatLevel.objects.filter(id=ref).update(**decided, decided_by=people.house.officers["Oren"])
    with people.sitting("Otto"), pytest.raises(DatabaseError), transaction.atomic():
        ThreatLevel.objects.filter(id=ref).update(level="low")
    with people.sitting("Nadia"):
        assert not ThreatLevel.objects.filter(id=ref).update(**decided, decided_by=nadia)
        with pytest.raises(DatabaseError), transaction.atomic():
            ThreatLevel.objects.create(
                desk=people.house.desks[advice_scene.NATIONAL],
                scope="uk",
                level="low",
                source="mi5",
                read_on=people.at.date(),
                entered_at=people.at,
                entered_by=nadia,
            )
    assert shown(people) == []


def test_the_page_of_advice_shows_it_with_source_and_day(people: People, settings: Any) -> None:
    confirmed(people, entered(people))
    settings.ROOT_URLCONF = "heedline.config.urls_public"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    rosa = Walker()
    for path, words in (
        ("/ask/", "Severe: an attack is highly likely"),
        ("/cy/ask/", "Difrifol: mae ymosodiad yn debygol iawn"),
    ):
        assert words in rosa.visit(path).main
        assert "MI5" in rosa.main
        assert str(people.at.year) in rosa.main
    assert "Severe:" not in rosa.visit("/tell/").html
    public_threat_levels.forget()
    with database_away("threat_levels"):
        assert rosa.visit("/ask/").response.status_code == 200
        assert "Severe:" not in rosa.html
