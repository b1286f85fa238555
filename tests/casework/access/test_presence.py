"""Who else has a report open: seen by its desks alone, for ten minutes, and never of those who check a colleague's work."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.backups import plan
from heedline.casework.access import presence, session
from heedline.casework.dissemination import outgoing
from heedline.casework.errors import NotHere
from heedline.casework.intake import settle_arrivals
from heedline.casework.journey import transitions
from heedline.casework.oversight import dip_sampling
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from heedline.reports import quality_questions
from heedline.reports.models import DipCheck, Presence
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.keeping_scene import with_leads
from tests.support.partner_scene import checked, compared, written
from tests.support.scene_people import MINUTE, People, row


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


pytestmark = pytest.mark.django_db


def seen(people: People, ref: UUID, name: str, *, minutes: int = 0) -> list[str]:
    """Who else has the report open, on a page that `name` opens so many minutes later."""
    file = people.read(ref, name, at=people.at + timedelta(minutes=minutes))
    return [one.name for one in file.header.writing.also_open]


def noted(people: People, ref: UUID, name: str, *, minutes: int = 0) -> bool:
    """Whether the page that `name` opens leaves a row."""
    seen(people, ref, name, minutes=minutes)
    return Presence.objects.filter(report_id=ref, officer=people.house.officers[name]).exists()


def test_two_officers_see_that_both_have_the_report_open(people: People) -> None:
    ref, _ = people.taken("Odile")
    assert seen(people, ref, "Odile") == []
    assert seen(people, ref, "Olga") == ["Odile O."]
    file = people.read(ref, "Odile")
    assert [(one.name, one.minute) for one in file.header.writing.also_open] == [
        ("Olga O.", people.at.replace(second=0, microsecond=0))
    ]
    other, _ = people.taken("Odile")
    assert seen(people, other, "Odile") == [], "on this report, not on another"


def test_it_is_gone_after_ten_minutes_and_then_deleted(people: People) -> None:
    ref, _ = people.taken("Odile")
    seen(people, ref, "Odile", minutes=-9)
    assert seen(people, ref, "Olga", minutes=0) == ["Odile O."]
    assert seen(people, ref, "Olga", minutes=2) == []
    Presence.objects.update(minute=people.at - 9 * MINUTE)
    with acting("worker"):
        settle_arrivals.sweep(people.at)
    assert Presence.objects.count() == 2
    Presence.objects.update(minute=people.at - 12 * MINUTE)
    with acting("worker"):
        settle_arrivals.sweep(people.at)
    assert not Presence.objects.exists()


@pytest.mark.parametrize("leaving", ["lock", "signed_out"])
def test_it_is_gone_at_the_lock_and_at_sign_out(people: People, leaving: str) -> None:
    ref, _ = people.taken("Odile")
    other, _ = people.taken("Odile")
    seen(people, ref, "Olga")
    for one in (ref, other):
        seen(people, one, "Odile")
    with people.sitting("Odile") as odile:
        {"lock": session.lock, "signed_out": session.signed_out}[leaving](odile)
    assert [str(one.officer_id) for one in Presence.objects.all()] == [str(people.house.officers["Olga"].id)]
    assert seen(people, ref, "Olga") == []


def test_another_desk_sees_nothing_and_writes_nothing(people: People) -> None:
    ref, _ = people.taken("Odile")
    seen(people, ref, "Odile")
    with people.sitting("Otto"):
        assert not Presence.objects.exists(), "row-level security, without any filter of ours"
    with pytest.raises(NotHere):
        people.read(ref, "Otto")
    assert Presence.objects.count() == 1
    otto = people.house.officers["Otto"].id
    with (
        people.sitting("Otto"),
        transaction.atomic(),
        pytest.raises(DatabaseError, match="row-level security"),
    ):
        Presence.objects.create(report_id=ref, officer_id=otto, minute=people.at)


def test_nobody_writes_or_deletes_the_row_of_a_colleague_or_one_that_stays(people: People) -> None:
    """An officer who speaks SQL as the office: no false presence, and none that the clock does not end."""
    ref, _ = people.taken("Odile")
    seen(people, ref, "Odile")
    odile, olga = (people.house.officers[name].id for name in ("Odile", "Olga"))
    with people.sitting("Olga"):
        presence.forget(odile)
        assert Presence.objects.filter(officer_id=odile).exists()
        assert Presence.objects.filter(officer_id=odile).update(minute=people.at - 60 * MINUTE) == 0
        for officer, minute in ((odile, people.at), (olga, people.at + 60 * MINUTE)):
            with transaction.atomic(), pytest.raises(DatabaseError, match="row-level security"):
                Presence.objects.create(report_id=ref, officer_id=officer, minute=minute)


def test_who_no_longer_reaches_the_report_is_not_shown(people: People) -> None:
    ref, _ = people.taken("Odile")
    seen(people, ref, "Odile")
    with people.sitting("Odile") as odile:
        transitions.hand_over(
            ref, "south-west", "It is in Bristol", version=row(ref).version, by=odile, at=people.at
        )
    assert seen(people, ref, "Otto") == []


def test_an_overseer_is_never_shown(people: People) -> None:
    """Ned oversees, and a steward has made him an officer of the desk as well."""
    ref, _ = people.taken("Odile")
    with people.sitting("Ned", unlocked=False):
        assert not Presence.objects.exists()
    stewardship.appoint(
        people.house.officers["Olga"], Role.OVERSEER, None, hands=people.house.hands, at=people.at
    )
    assert not noted(people, ref, "Olga")
    assert seen(people, ref, "Odile") == []


def test_who_reads_a_report_drawn_for_a_dip_sample_is_never_shown(people: People) -> None:
    ref, _ = people.closed("Odile")
    with_leads(people)
    DipCheck.objects.create(report_id=ref, desk=people.house.desks["north-east"], week=people.at.date())
    assert not noted(people, ref, "Olga")
    with people.sitting("Olga") as olga:
        answers = {one.code: "yes" for one in quality_questions.questions_for("web")}
        dip_sampling.judge(ref, dip_sampling.AGREE, "", answers, by=olga, at=people.at)
    assert noted(people, ref, "Olga")


@pytest.mark.usefixtures("council")
def test_the_second_reader_of_a_disclosure_is_never_shown(people: People) -> None:
    ref, _ = people.assessed()
    compared(people)
    ident = written(people, ref)
    assert not noted(people, ref, "Olga")
    assert noted(people, ref, "Odile"), "she wrote it"
    checked(people, ident)
    assert noted(people, ref, "Olga")


@pytest.mark.usefixtures("council")
def test_a_disclosure_that_never_went_hides_nobody(people: People) -> None:
    ref, _ = people.assessed()
    compared(people)
    ident = written(people, ref)
    with people.sitting("Olga") as olga:
        outgoing.send_back(ident, "It names the street.", version=1, by=olga, at=people.at)
    assert noted(people, ref, "Olga"), "nothing of it waits for a second reader any more"
    taken_back = written(people, ref)
    with people.sitting("Odile") as odile:
        outgoing.withdraw(taken_back, "Not needed.", version=1, by=odile, at=people.at)
    Presence.objects.all().delete()
    assert noted(people, ref, "Olga")


def test_the_table_is_in_no_backup_and_not_written_ahead() -> None:
    assert "reports_presence" not in {one.table for one in plan.copied()}
    assert "reports_presence" in plan.left_out()
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'reports_presence'")
        assert cursor.fetchone() == ("u",)
