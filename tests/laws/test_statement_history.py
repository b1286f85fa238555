"""Statements that were taken away are missed: by the chain, by the log, and by what a process has seen before."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from heedline.casework.duty import alarm_kinds, paging
from heedline.casework.errors import SealingStopped
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import epochs
from heedline.casework.keys.signing import state
from heedline.desks.models import KeyStatement
from heedline.dispatch.models import Alarm
from heedline.jobs.doctor import checks as doctor
from heedline.permits.gate import Refused
from heedline.vault.keys import new_seed, public_key
from heedline.vault.statements.signed import SignedStatement, Statement, key_text
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.leaving_scene import a_third_officer, leaves
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(house: House) -> Iterator[People]:
    yield People(house, now())
    key_directory.forget()


def as_superuser(sql: str, *params: object) -> None:
    """What an administrator of the database can do: no trigger stops them."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET session_replication_role = DEFAULT")


def roll_back_to(serial: int) -> None:
    as_superuser("DELETE FROM keys_statement WHERE serial > %s", serial)


def left(people: People) -> int:
    """Olga leaves and Odile makes new keys; the serial before all that."""
    a_third_officer(people)
    before = KeyStatement.objects.latest("serial").serial
    leaves(people)
    people.tokens.clear()
    with people.sitting("Odile"):
        pass
    return before


def test_after_a_rollback_nothing_is_sealed_to_the_leaver(people: People) -> None:
    before = left(people)
    with acting("public"):
        key_directory.forget()
        clean = key_directory.addressee("north-east", people.at.date())
    assert clean is not None
    roll_back_to(before)
    key_directory.forget()  # a process that has just started
    with acting("public"):
        with pytest.raises(SealingStopped):
            key_directory.addressee("north-east", people.at.date())
        assert key_directory.doubts()
    with pytest.raises(SealingStopped):
        people.send()


def test_nothing_is_granted_or_signed_meanwhile(people: People) -> None:
    before = left(people)
    roll_back_to(before)
    key_directory.forget()
    house = people.house
    with acting("office"):
        with pytest.raises(Refused, match="not those that the log names"):
            epochs.make_epoch(
                house.desks["north-east"], people.at.date(), by=house.keys["Odile"].hand, at=people.at
            )
        with pytest.raises(Refused, match="not those that the log names"):
            state("leaver", {"person": str(house.officers["Nils"].id)}, house.hands, at=people.at)


def test_what_was_rolled_back_is_not_covered_by_new_statements(people: People) -> None:
    """Signed past every check, by a member who helps: the log still names what is missing."""
    before = left(people)
    roll_back_to(before)
    slip_in(people, "member", {"desk": str(people.house.desks["south-west"].id)}, name="Odile")
    key_directory.forget()
    with acting("public"):
        assert key_directory.doubts()


def slip_in(people: People, kind: str, body: dict[str, object], *, name: str, follows: str = "") -> Statement:
    last = KeyStatement.objects.latest("serial")
    said = Statement(
        str(UUID(int=7)),
        kind,
        last.serial + 1,
        {**body, "person": str(people.house.officers[name].id)},  # type: ignore[dict-item]
        people.at.date().isoformat(),
        follows or SignedStatement.from_json(last.signed).statement.link,
    )
    signed = SignedStatement(said, {})
    for hand in people.house.hands:
        signed = signed.with_signature(hand.person, hand.seed, installation=settings.INSTALLATION)
    KeyStatement.objects.create(id=UUID(said.id), serial=said.serial, kind=kind, signed=signed.to_json())
    return said


def test_what_nobody_signed_does_not_stop_reports(people: People) -> None:
    """SQL as the office adds a statement out of its place: with no signature that holds it is only refused."""
    last = KeyStatement.objects.latest("serial")
    said = Statement(
        str(UUID(int=9)), "leaver", last.serial + 1, {"person": "x"}, people.at.date().isoformat(), "0" * 64
    )
    hand = people.house.hands[0]
    forged = SignedStatement(said, {hand.person: b"\0" * 64})
    KeyStatement.objects.create(id=UUID(said.id), serial=said.serial, kind="leaver", signed=forged.to_json())
    key_directory.forget()
    with acting("public"):
        assert key_directory.addressee("north-east", people.at.date()) is not None
        assert key_directory.differs_from_the_log()
    people.send()


def test_what_a_steward_signed_out_of_its_place_says_that_something_is_missing(people: People) -> None:
    slip_in(
        people, "member", {"desk": str(people.house.desks["south-west"].id)}, name="Odile", follows="0" * 64
    )
    key_directory.forget()
    with acting("public"), pytest.raises(SealingStopped):
        key_directory.addressee("north-east", people.at.date())


def test_two_rows_that_change_places_change_nothing(people: People) -> None:
    """The number that counts is the signed one, and not the column that an administrator can change."""
    with acting("public"):
        before = key_directory.addressee("north-east", people.at.date())
    first, second = KeyStatement.objects.order_by("-serial")[:2]
    as_superuser("UPDATE keys_statement SET serial = 100000 WHERE id = %s", first.id)
    as_superuser("UPDATE keys_statement SET serial = %s WHERE id = %s", first.serial, second.id)
    as_superuser("UPDATE keys_statement SET serial = %s WHERE id = %s", second.serial, first.id)
    key_directory.forget()
    with acting("public"):
        assert key_directory.addressee("north-east", people.at.date()) == before
        assert not key_directory.doubts()


def test_a_running_process_goes_on_with_what_it_has_seen(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = left(people)
    key_directory.forget()
    monkeypatch.setattr("heedline.casework.keys.directory.transaction.on_commit", lambda do: do())
    clean = key_directory.addressee("north-east", people.at.date())
    assert clean is not None
    roll_back_to(before)
    key_directory.read_again()
    assert key_directory.doubts()
    assert key_directory.addressee("north-east", people.at.date()) == clean


def test_a_process_never_believes_less_also_where_the_log_says_so(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes the statements away takes the log's events as well."""
    before = left(people)
    key_directory.forget()
    monkeypatch.setattr("heedline.casework.keys.directory.transaction.on_commit", lambda do: do())
    clean = key_directory.addressee("north-east", people.at.date())
    roll_back_to(before)
    as_superuser(
        "DELETE FROM audit_event WHERE act = 'statement-signed' AND (detail ->> 'serial')::int > %s", before
    )
    key_directory.read_again()
    assert key_directory.doubts()
    assert key_directory.addressee("north-east", people.at.date()) == clean


def test_what_is_rolled_back_with_its_transaction_is_no_floor(people: People) -> None:
    house = people.house
    with acting("office"), pytest.raises(Refused):
        state(
            "member",
            {"desk": str(house.desks["identity"].id), "person": str(house.officers["Odile"].id)},
            house.hands,
            at=people.at,
        )
    KeyStatement.objects.order_by("-serial")  # the caller's transaction ends here in production
    assert key_directory._floor is None


def test_one_taken_out_of_the_middle_is_missed(people: People) -> None:
    before = left(people)
    as_superuser("DELETE FROM keys_statement WHERE serial = %s", before + 1)
    key_directory.forget()
    assert key_directory.directory().broken
    with pytest.raises(SealingStopped):
        key_directory.addressee("north-east", people.at.date())


def test_another_one_in_its_place_is_refused_with_what_follows(people: People) -> None:
    slip_in(
        people, "member", {"desk": str(people.house.desks["south-west"].id)}, name="Odile", follows="0" * 64
    )
    key_directory.forget()
    assert [one.reason for one in key_directory.directory().refused] == [
        "it does not follow the statement before it"
    ]
    assert key_directory.doubts()


@pytest.mark.parametrize("way", ["rolled back", "never logged"])
def test_somebody_is_paged_when_statements_and_log_differ(people: People, way: str) -> None:
    before = left(people)
    if way == "rolled back":
        roll_back_to(before)
    else:
        slip_in(people, "member", {"desk": str(people.house.desks["south-west"].id)}, name="Odile")
    key_directory.forget()
    with acting("worker"):
        paging.watch_keys(people.at)
    assert Alarm.objects.filter(kind="keys-doubted").exists()


def test_all_is_well_where_nothing_was_taken_away(people: People) -> None:
    left(people)
    key_directory.forget()
    assert not key_directory.differs_from_the_log()
    with acting("worker"):
        paging.watch_keys(people.at)
    assert not Alarm.objects.filter(kind="keys-doubted").exists()


def test_reports_are_not_sealed_to_a_key_whose_seed_nobody_has(people: People) -> None:
    """One member states it, past the verb. Colleagues who unlock do not find it to open, so the proven one stays."""
    desk = people.house.desks["north-east"]
    with people.sitting("Olga"):
        pass  # opens what Odile made, and says so
    key_directory.forget()
    true = key_directory.addressee("north-east", people.at.date())
    body = {
        "desk": str(desk.id),
        "epoch": str(UUID(int=9)),
        "kem": key_text(public_key(new_seed())),
        "opens_on": people.at.date().isoformat(),
        "grantees": [str(people.house.officers[name].id) for name in ("Odile", "Olga")],
    }
    with acting("office"):
        state("epoch", body, [people.house.keys["Odile"].hand], at=people.at)
    people.tokens.clear()
    with people.sitting("Olga"):
        pass
    assert true is not None
    assert key_directory.addressee("north-east", people.at.date()) == true


def test_stewards_are_among_those_who_are_paged(people: People) -> None:
    slip_in(people, "member", {"desk": str(people.house.desks["south-west"].id)}, name="Odile")
    key_directory.forget()
    with acting("worker"):
        paging.watch_keys(people.at)
        alarm = Alarm.objects.get(kind="keys-doubted")
        called = alarm_kinds.called(alarm, 0, people.at)
    assert {"stella@unit.example", "sten@unit.example"} <= called


@pytest.mark.parametrize("way", ["whole", "rolled back"])
def test_the_doctor_says_so(people: People, way: str) -> None:
    before = left(people)
    if way == "rolled back":
        roll_back_to(before)
    with connection.cursor() as cursor:
        cursor.execute(doctor._STATEMENTS)
        (number,) = cursor.fetchone()
    assert (number == 0) is (way == "whole")
