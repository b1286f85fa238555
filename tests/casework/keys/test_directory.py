"""Whose key is whose: only signed statements are believed, and where they lead nowhere safe, nothing is sent."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models import Max

from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.journey import transitions
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys.signing import Hand, state
from heedline.desks.models import Desk, EpochKeyRow, KeyStatement
from heedline.reports.models import Report, SealedHeader
from heedline.vault.keys import new_seed, public_key
from heedline.vault.statements.signed import SignedStatement, Statement, key_text
from tests.support import stories
from tests.support.acting import acting
from tests.support.leaving_scene import a_third_officer, leaves
from tests.support.scene_people import NORTH_EAST, People, row

pytestmark = pytest.mark.django_db


def slip_in(people: People, kind: str, body: dict[str, object], hands: list[Hand]) -> None:
    """Put a statement into the table past every check, as whoever holds the database can."""
    last = KeyStatement.objects.latest("serial")
    serial, follows = last.serial + 1, SignedStatement.from_json(last.signed).statement.link
    statement = Statement(str(uuid4()), kind, serial, body, people.at.date().isoformat(), follows)
    signed = SignedStatement(statement, {})
    for hand in hands:
        signed = signed.with_signature(hand.person, hand.seed, installation="test")
    KeyStatement.objects.create(id=UUID(statement.id), serial=serial, kind=kind, signed=signed.to_json())
    key_directory.forget()


def epoch_of(people: People, desk: str) -> UUID:
    found = key_directory.addressee(desk, people.at.date())
    assert found is not None
    return found.epoch


def epoch_body(people: People, desk: str, key: bytes) -> dict[str, object]:
    return {
        "desk": str(people.house.desks[desk].id),
        "epoch": str(uuid4()),
        "kem": key_text(key),
        "opens_on": people.at.date().isoformat(),
        "grantees": sorted(str(people.house.officers[n].id) for n in ("Odile", "Olga")),
    }


def test_a_key_that_nobody_of_the_desk_signed_is_not_sealed_to(people: People) -> None:
    """The thief's own key, signed by a stranger, by a colleague of another desk, by stewards, by nobody."""
    true = epoch_of(people, "north-east")
    thief, stranger = new_seed(), Hand(str(uuid4()), new_seed())
    for hands in (
        [],
        [stranger],
        [people.house.keys["Otto"].hand],
        people.house.hands,
        [Hand(str(people.house.officers["Odile"].id), new_seed())],  # her name, another's key
    ):
        slip_in(people, "epoch", epoch_body(people, "north-east", public_key(thief)), hands)
        assert epoch_of(people, "north-east") == true
    ref, _ = people.send()
    assert SealedHeader.objects.get(report_id=ref, part="report").epochs[0] == true


def test_a_changed_statement_is_not_believed(people: People) -> None:
    thief = key_text(public_key(new_seed()))
    for one in KeyStatement.objects.filter(kind="epoch"):
        told = json.loads(one.signed)
        told["statement"]["body"]["kem"] = thief
        with connection.cursor() as cursor:  # as an administrator of the database, whom no trigger stops
            cursor.execute("SET session_replication_role = replica")
            KeyStatement.objects.filter(id=one.id).update(signed=json.dumps(told))
            cursor.execute("SET session_replication_role = DEFAULT")
    key_directory.forget()
    with pytest.raises(SealingStopped):
        people.send()
    assert not Report.objects.exists()


def test_statements_of_another_installation_or_root_are_not_believed(
    people: People, settings: LazySettings
) -> None:
    for name, value in (("INSTALLATION", "elsewhere"), ("ROOT", "00" * 32)):
        before = getattr(settings, name)
        setattr(settings, name, value)
        key_directory.forget()
        with pytest.raises(SealingStopped):
            people.send()
        setattr(settings, name, before)
    assert not Report.objects.exists()


def test_without_a_pinned_root_nothing_is_sent(people: People, settings: LazySettings) -> None:
    settings.ROOT = ""
    key_directory.forget()
    with pytest.raises(SealingStopped):
        people.send()
    assert not Report.objects.exists()


@pytest.mark.parametrize("text", ["", "{}", "null", "[" * 2000, '{"statement": {"v": 1}}', "\ud7ff"])
def test_rubbish_in_the_table_stops_nobody(people: People, text: str) -> None:
    serial = (KeyStatement.objects.aggregate(n=Max("serial"))["n"] or 0) + 1
    KeyStatement.objects.create(serial=serial, kind="epoch", signed=text)
    key_directory.forget()
    people.send()
    assert key_directory.directory().gaps or key_directory.directory().refused  # and it is an alarm


def test_a_desk_in_the_table_only_gets_nothing(people: People) -> None:
    """Rows are not statements: a desk that two stewards never signed is no address, whatever the table says."""
    Desk.objects.filter(code="north-east").update(code="was-north-east")
    ghost = Desk.objects.create(
        code="north-east",
        name="Ghost",
        organisation=people.house.desks["north-east"].organisation,
        kind="activity",
    )
    EpochKeyRow.objects.create(desk=ghost, opens_on=people.at.date())
    key_directory.forget()
    ref, _ = people.send()
    assert row(ref).desk_id == people.house.desks["north-east"].id != ghost.id


def test_changed_rows_of_desks_and_epochs_redirect_nothing(people: People) -> None:
    north_east, south_west = (people.house.desks[d].id for d in ("north-east", "south-west"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE desks_desk SET code = 'x' || code")
        cursor.execute("UPDATE desks_desk SET code = 'north-east' WHERE id = %s", [south_west])
        cursor.execute("UPDATE desks_desk SET round_the_clock = NOT round_the_clock, authoriser_id = NULL")
        cursor.execute("DELETE FROM keys_grant")
        cursor.execute("DELETE FROM keys_epoch")
    key_directory.forget()
    ref, _ = people.send()
    assert row(ref).desk_id == north_east
    with (
        connection.cursor() as cursor
    ):  # put back what reading needs; the sealed thing itself was right all along
        cursor.execute(
            "SELECT epochs FROM reports_sealed_header WHERE report_id = %s AND part = 'report'", [ref]
        )
        ((epochs,),) = cursor.fetchall()
    assert epochs[0] == epoch_of(people, "north-east")


def leave(people: People, *names: str) -> None:
    with acting("office"):
        for name in names:
            state("leaver", {"person": str(people.house.officers[name].id)}, people.house.hands, at=people.at)


def test_a_desk_that_one_person_could_open_is_passed_over_for_the_watch(people: People) -> None:
    leave(people, "Olga")
    assert key_directory.openers_of(str(people.house.desks["north-east"].id), people.at.date()) == 1
    ref, _ = people.send()
    report = row(ref)
    assert (report.desk, report.watch_id) == (people.house.desks["national"], None)
    assert people.read(ref, "Nadia").answers.narrative == stories.NARRATIVE
    with people.sitting("Otto") as otto, pytest.raises(NotHere):
        transitions.take(ref, by=otto, at=people.at)


def test_where_nobody_could_open_it_nothing_is_sent(people: People) -> None:
    leave(people, "Olga", "Nils")
    with pytest.raises(SealingStopped):
        people.send()
    assert not Report.objects.exists()


def test_a_name_is_taken_only_where_somebody_can_decide_about_it(people: People) -> None:
    assert key_directory.identity_offered(people.at.date())
    leave(people, "Ada", "Anton")
    assert not key_directory.identity_offered(people.at.date())
    ref, _ = people.send()  # anonymous reports go on
    assert row(ref).stage == "waiting"
    named = stories.new_report(
        you={"who": "confidence"}, contact={"name": "Rosa", "phone": "07700 900123"}, **NORTH_EAST
    )
    with pytest.raises(SealingStopped):
        stories.send(named, at=people.at)
    assert Report.objects.count() == 1


def test_the_epoch_in_force_is_the_one_of_the_day(people: People) -> None:
    this = epoch_of(people, "north-east")
    later = key_directory.addressee("north-east", people.at.date() + timedelta(days=35))
    assert later is not None
    assert later.epoch != this
    assert key_directory.addressee("north-east", people.at.date() - timedelta(days=70)) is None


def test_an_addressee_is_looked_up_once_and_never_outlasts_the_statements(people: People) -> None:
    a_third_officer(people)
    day = people.at.date()
    before = key_directory.addressee("north-east", day)
    assert key_directory.addressee("north-east", day) is before
    leaves(people)
    people.tokens.clear()
    with people.sitting("Odile"):
        pass
    after = key_directory.addressee("north-east", day)
    assert before is not None
    assert after is not None
    assert after.key != before.key
