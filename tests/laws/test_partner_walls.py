"""Law 7 between two sites: what the partners' process can see and write at all, whatever a query forgot to say.

The rights are in `heedline.database.access`; here it is the rows. Whoever runs code of their own in that process learns the partners'
people, and of officers nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import DatabaseError, connection, transaction

from heedline.casework.access import saved_forms
from heedline.casework.access import session as access_session
from heedline.casework.access.session import Attendance
from heedline.casework.access.session_store import SessionStore, keys_of
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys.signing import state
from heedline.casework.setup import enrolment
from heedline.desks.models import Appointment, Desk, KeyStatement, ProviderBinding
from heedline.permits import functions
from heedline.permits.models import OfficeSession
from heedline.vault.statements.signed import SignedStatement
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import House, add_partner, now
from tests.support.scene_people import NORTH_EAST

pytestmark = pytest.mark.django_db
#: Every table with rows of people that the role may read, and whose row it is, as SQL.
WHOSE = {
    "desks_officer": "id",
    "desks_appointment": "officer_id",
    "desks_invitation": "officer_id",
    "desks_provider_binding": "officer_id",
    "desks_completed_training": "officer_id",
    "keys_grant": "officer_id",
    "keys_wrapping": "officer_id",
    "keys_acquaintances": "officer_id",
    "keys_own_term": "officer_id",
    "permits_session": "officer_id",
    "permits_unlocked": "(SELECT s.officer_id FROM permits_session s WHERE s.row = session_id)",
    "permits_held_form": "officer",
    "permits_provider_session": "(SELECT s.officer_id FROM permits_session s WHERE s.row = session_id)",
    "account_emailaddress": "user_id",
    "mfa_authenticator": "user_id",
}


def whose() -> dict[str, frozenset[UUID]]:
    """Whose rows a query without any scope sees."""
    found = {}
    with connection.cursor() as cursor:
        for table, column in WHOSE.items():
            cursor.execute(f"SELECT {column} FROM {table}")
            found[table] = frozenset(one for (one,) in cursor.fetchall())
    return found


@pytest.fixture
def full(council: Desk, house: House) -> House:
    """Officers and partners' people, each with a row in every table where they could have one."""
    at = now()
    for name, process in (("Odile", "office"), ("Petra", "partner"), ("Pavel", "partner")):
        officer = house.officers[name]
        with acting(process):
            house.sign_in(name, at=at)
            saved_forms.hold_form(officer.id, "/w/", {"words": ["kept"]}, at=at)
            access_session.leave()
        EmailAddress.objects.create(user=officer, email=officer.email, primary=True, verified=True)
        Authenticator.objects.create(user=officer, type="totp", data={})
        enrolment.invite(house.officers["Olga" if name == "Odile" else name], at=at)
    ProviderBinding.objects.create(officer=house.officers["Odile"], account=b"x" * 32, bound_on=at.date())
    return house


@contextmanager
def as_petra(house: House) -> Iterator[Attendance]:
    with acting("partner"):
        here = house.sign_in("Petra", at=now())
        try:
            yield here
        finally:
            access_session.leave()


def ids(house: House, *names: str) -> frozenset[UUID]:
    return frozenset(house.officers[name].id for name in names)


def test_nobody_signed_in_shows_partners_people_only_and_no_key(full: House) -> None:
    both, nobody = ids(full, "Petra", "Pavel"), frozenset[UUID]()
    with acting("partner"):
        found = whose()
    assert found == {
        **dict.fromkeys(WHOSE, both),
        # behind a session, or never theirs
        **dict.fromkeys(("keys_grant", "keys_acquaintances", "keys_own_term"), nobody),
        **dict.fromkeys(
            ("desks_completed_training", "desks_provider_binding", "permits_provider_session"), nobody
        ),
        # who was invited may make keys just now
        "keys_wrapping": both,
    }
    with connection.cursor() as cursor:
        cursor.execute("UPDATE desks_invitation SET expires_at = now() - interval '1 minute'")
    with acting("partner"):
        assert whose()["keys_wrapping"] == nobody


def test_a_session_shows_its_own_desks_keys_and_its_own_ways(full: House) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE desks_invitation SET code = NULL")
    with as_petra(full):
        found = whose()
    assert found["keys_wrapping"] == found["keys_acquaintances"] == ids(full, "Petra")
    assert found["keys_grant"] == ids(full, "Petra", "Pavel")
    for table, people in found.items():
        assert people <= ids(full, "Petra", "Pavel"), table


def test_an_officers_wall_shows_the_partners_process_nothing_of_theirs(full: House) -> None:
    with acting("office"):
        odile = full.sign_in("Odile", at=now())
        row = keys_of(odile.token).row_id
        access_session.leave()
    with acting("partner"), connection.cursor() as cursor:
        functions.enter_session(row)
        for table, people in whose().items():
            assert people <= ids(full, "Petra", "Pavel"), table
        cursor.execute("SELECT count(*) FROM keys_epoch")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT permits.my_partner_desks()")
        assert cursor.fetchall() == []
        functions.leave_session()


def test_a_partners_wall_shows_the_office_no_report(full: House) -> None:
    stories.a_report(at=now(), **NORTH_EAST)
    with as_petra(full) as petra:
        row = keys_of(petra.token).row_id
    with acting("office"), connection.cursor() as cursor:
        functions.enter_session(row)
        for table in ("reports_report", "reports_sealed_header", "reports_sealed_payload", "dispatch_alarm"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
        functions.leave_session()


def test_a_partner_sees_partners_organisations_and_its_own_keys_only(full: House) -> None:
    """And the names of desks, which everybody may know: one of them sent what is sent."""
    with as_petra(full), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM desks_organisation")
        assert cursor.fetchall() == [("Northgate Council",)]
        cursor.execute("SELECT DISTINCT desk_id FROM keys_epoch")
        assert cursor.fetchall() == [(full.desks["northgate"].id,)]


def test_whoever_gets_another_role_is_no_partner_any_more(full: House) -> None:
    """The verbs refuse it; should the table say so all the same, the wall is closed to them, and not opened."""
    Appointment.objects.create(officer=full.officers["Petra"], role="overseer", desk=None)
    with acting("partner"):
        assert whose()["desks_officer"] == ids(full, "Pavel")


@pytest.mark.parametrize(
    ("statement", "of"),
    [
        # in an officer's name
        ("INSERT INTO audit_event (act, actor, thing, outcome, detail) VALUES ('taken', %s, '', 'done', '{}')", "Odile"),
        ("INSERT INTO keys_wrapping (id, officer_id, way, wrapped, proven) VALUES (gen_random_uuid(), %s, 'other', '{}', true)", "Odile"),
        ("INSERT INTO keys_acquaintances (officer_id, sealed) VALUES (%s, '')", "Ned"),
        ("INSERT INTO permits_session (row, sealed, officer_id, site, expires_at) VALUES ('a', '', %s, 'partner', now())", "Odile"),
        ("INSERT INTO permits_session (row, sealed, officer_id, site, expires_at) VALUES ('a', '', %s, 'office', now())", "Petra"),
        ("INSERT INTO permits_held_form (row, officer, sealed, expires_at) VALUES ('a', %s, '', now())", "Odile"),
        ("INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES (%s, 'totp', '{}', now())", "Odile"),
        ("INSERT INTO account_emailaddress (user_id, email, verified, \"primary\") VALUES (%s, 'x@unit.example', true, false)", "Ned"),
        # an officer's address, who would then be looked for among partners at the office's door
        ("INSERT INTO account_emailaddress (user_id, email, verified, \"primary\") VALUES (%s, 'odile@unit.example', true, false)", "Petra"),
        ("UPDATE account_emailaddress SET email = 'odile@unit.example' WHERE user_id = %s", "Petra"),
        # in a colleague's: not their ways to unlock
        ("INSERT INTO keys_wrapping (id, officer_id, way, wrapped, proven) VALUES (gen_random_uuid(), %s, 'other', '{}', true)", "Pavel"),
        # in nobody's, but that somebody could not be let in
        ("INSERT INTO audit_event (act, actor, thing, outcome, detail) SELECT 'taken', NULL, '', 'done', '{}' WHERE %s IS NOT NULL", "Petra"),
        # at a desk that sends, as if it had been opened there
        ("INSERT INTO audit_event (act, actor, desk, thing, outcome, detail) SELECT 'received-by-partner', %s, d.id, '', 'done', '{}' FROM desks_desk d WHERE d.code = 'north-east'", "Petra"),
        # what members do not sign
        ("INSERT INTO keys_statement (id, serial, kind, signed) SELECT gen_random_uuid(), permits.next_statement(), 'officer', '{}' WHERE %s IS NOT NULL", "Petra"),
        # a number from which nobody could count on
        ("INSERT INTO keys_statement (id, serial, kind, signed) SELECT gen_random_uuid(), 2147483647, 'epoch', '{}' WHERE %s IS NOT NULL", "Petra"),
        ("INSERT INTO keys_statement (id, serial, kind, signed) SELECT gen_random_uuid(), permits.next_statement(), 'epoch', repeat('x', 30000) WHERE %s IS NOT NULL", "Petra"),
        # in the history of a report, or of a desk of officers
        ("INSERT INTO audit_event (act, actor, thing, thing_id, outcome, detail) VALUES ('opened-by-partner', %s, 'report', gen_random_uuid(), 'done', '{}')", "Petra"),
        ("INSERT INTO audit_event (act, actor, desk, thing, outcome, detail) VALUES ('epoch-made', %s, gen_random_uuid(), '', 'done', '{}')", "Petra"),
        ("UPDATE desks_desk SET name = 'Another' WHERE %s IS NOT NULL", "Petra"),
    ],
)  # fmt: skip
def test_what_the_partners_process_writes_stays_within_the_wall(full: House, statement: str, of: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE desks_invitation SET code = NULL")
    with as_petra(full), connection.cursor() as cursor:
        with (
            pytest.raises(DatabaseError, match=r"row-level security|given its officer by"),
            transaction.atomic(),
        ):
            cursor.execute(statement, [str(full.officers[of].id)])


STATEMENT: dict[str, Any] = {
    "statement": {"v": 2, "kind": "epoch", "body": {}, "issued_on": "2026-01-01"},
    "signatures": {},
}


@pytest.mark.parametrize(
    "wrong",
    ["desk", "id", "kind", "serial", "signer", "two signers", "follows", "no object", "deep", "nothing"],
)
def test_the_partners_process_counts_on_with_nothing_but_its_own_members_statements(
    full: House, wrong: str
) -> None:
    """Whatever has a number is read by everybody. An odd text made a gap that alarms for ever."""
    ident, desk = str(uuid4()), str(full.desks["north-east" if wrong == "desk" else "northgate"].id)
    petra, pavel = (str(full.officers[name].id) for name in ("Petra", "Pavel"))
    signers = {"signer": [pavel], "two signers": [petra, pavel]}.get(wrong, [petra])
    last = SignedStatement.from_json(KeyStatement.objects.latest("serial").signed).statement.link
    with as_petra(full), connection.cursor() as cursor:
        cursor.execute("SELECT permits.next_statement()")
        (serial,) = cursor.fetchone() or (0,)
        said = {
            "follows": "0" * 64 if wrong == "follows" else last,
            **STATEMENT["statement"],
            "id": str(uuid4()) if wrong == "id" else ident,
            "kind": "granted" if wrong == "kind" else "epoch",
            "serial": serial + 1 if wrong == "serial" else serial,
            "body": {"desk": desk},
        }
        text = json.dumps({"statement": said, "signatures": dict.fromkeys(signers, "")})
        text = {"no object": "[1]", "deep": "[" * 9_000 + "]" * 9_000, "nothing": ""}.get(wrong, text)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            cursor.execute(
                "INSERT INTO keys_statement (id, serial, kind, signed) VALUES (%s, %s, 'epoch', %s)",
                [ident, serial, text],
            )


def test_a_text_that_means_nothing_stops_neither_reports_nor_signing(full: House) -> None:
    """The partners' process adds one that nobody can read. Before, nobody could sign anything ever after."""
    last = KeyStatement.objects.latest("serial")
    ident, petra = str(uuid4()), str(full.officers["Petra"].id)
    said = {
        **STATEMENT["statement"],
        "id": ident,
        "serial": last.serial + 1,
        "follows": SignedStatement.from_json(last.signed).statement.link,
        "body": {"desk": str(full.desks["northgate"].id)},
    }
    add = "INSERT INTO keys_statement (id, serial, kind, signed) VALUES (%s, %s, 'epoch', %s)"
    with as_petra(full), connection.cursor() as cursor:
        cursor.execute(
            add, [ident, last.serial + 1, json.dumps({"statement": said, "signatures": {petra: ""}})]
        )
        again = {**said, "id": str(uuid4()), "serial": last.serial + 2}
        values = [
            again["id"],
            again["serial"],
            json.dumps({"statement": again, "signatures": {petra: ""}}),
        ]
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            cursor.execute(add, values)  # one and no more
    key_directory.forget()  # a process that has just started
    with acting("public"):
        assert key_directory.addressee("north-east", now().date()) is not None
    with acting("office"):
        state("leaver", {"person": str(full.officers["Nils"].id)}, full.hands, at=now())
    key_directory.forget()
    with acting("public"):
        assert not key_directory.doubts()
        assert key_directory.differs_from_the_log()  # somebody is paged
    key_directory.forget()


def test_what_is_an_officers_is_not_there_to_change(full: House) -> None:
    with as_petra(full), connection.cursor() as cursor:
        for statement in (
            "UPDATE desks_officer SET password = 'x' WHERE id = %s",
            "UPDATE desks_invitation SET code = NULL WHERE officer_id = %s",
            "DELETE FROM keys_wrapping WHERE officer_id = %s",
            "DELETE FROM permits_session WHERE officer_id = %s",
            "DELETE FROM permits_held_form WHERE officer = %s",
            "DELETE FROM mfa_authenticator WHERE user_id = %s",
        ):
            for name in ("Odile", "Olga", "Stella"):
                cursor.execute(statement, [full.officers[name].id])
                assert cursor.rowcount == 0, statement


def test_sessions_before_anybody_has_signed_in_are_each_sites_own(house: House) -> None:
    add_partner(house, at=now())
    kept = {}
    for process in ("office", "partner"):
        with acting(process):
            session = SessionStore()
            session["half"] = process
            session.create()
            kept[process] = str(session.session_key)
    assert sorted(OfficeSession.objects.values_list("site", flat=True)) == ["office", "partner"]
    with acting("partner"):
        assert OfficeSession.objects.count() == 1
        assert SessionStore(kept["partner"]).get("half") == "partner"
        assert SessionStore(kept["office"]).get("half") is None
    with acting("office"):
        assert SessionStore(kept["partner"]).get("half") is None


def test_every_table_that_the_partners_process_may_touch_has_walls() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            " AND NOT c.relrowsecurity AND (has_any_column_privilege('heedline_partner', c.oid, 'SELECT, INSERT, UPDATE')"
            " OR has_table_privilege('heedline_partner', c.oid, 'DELETE'))"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relname ~ '^(reports|intake)_'"
            " AND has_any_column_privilege('heedline_partner', c.oid, 'SELECT, INSERT, UPDATE')"
        )
        assert cursor.fetchall() == []


def test_a_made_up_wall_is_nobodys(full: House) -> None:
    with acting("partner"), connection.cursor() as cursor:
        functions.enter_session(uuid4().bytes * 2)
        cursor.execute("SELECT count(*) FROM keys_epoch")
        assert cursor.fetchone() == (0,)
        functions.leave_session()
