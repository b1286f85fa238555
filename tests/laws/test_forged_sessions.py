"""Whoever speaks SQL as the office, without the key of its process, signs nobody in and changes no session unseen."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from heedline.audit.models import Event
from heedline.casework.access import session, session_store
from heedline.casework.access.session_store import SessionStore, keys_of, row_of
from heedline.casework.duty import paging
from heedline.dispatch.models import Alarm
from heedline.permits import functions
from heedline.permits.models import OfficeSession
from heedline.vault.small import new_secret, seal_small
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import NORTH_EAST, People

pytestmark = pytest.mark.django_db

PLANT = "INSERT INTO permits_session (row, sealed, officer_id, site, expires_at) VALUES (%s, %s, %s, 'office', now() + interval '1 hour')"


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def run(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(statement, values)
        return cursor.rowcount


def seen_as(secret: bytes) -> int:
    """How many reports row-level security shows to whoever brings this secret."""
    functions.enter_session(secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reports_report")
        (found,) = cursor.fetchone()
    functions.leave_session()
    return int(found)


def test_a_planted_session_is_refused(people: People) -> None:
    """An attacker chooses the cookie, makes the row that it leads to, and names an officer in it."""
    people.send(**NORTH_EAST)
    with people.sitting("Odile"):
        pass
    odile, cookie = people.house.officers["Odile"], new_secret()
    keys = keys_of(cookie)
    sealed = seal_small(keys.key, json.dumps({"_auth_user_id": str(odile.id)}).encode(), aad=keys.row_id)
    with acting("office"):
        assert seen_as(keys_of(people.tokens["Odile"]).row_id) == 1
        with pytest.raises(DatabaseError, match="given its officer by"):
            run(PLANT, row_of(cookie), sealed, odile.id)
        run(PLANT, row_of(cookie), sealed, None)
        with pytest.raises(DatabaseError, match="given its officer by"):
            run("UPDATE permits_session SET officer_id = %s WHERE row = %s", odile.id, row_of(cookie))
        for proof in (b"", secrets.token_bytes(32), hashlib.sha256(b"office").digest()):
            assert functions.name_officer(row_of(cookie), odile.id, site="office", proof=proof) == "refused"
        assert seen_as(keys.row_id) == 0
        assert session.come_in(SessionStore(cookie), at=people.at) is None


def test_nobody_takes_a_session_that_is_anothers(people: People) -> None:
    """The row of an officer who is signed in is moved under a secret that the attacker knows, or given to somebody else."""
    people.send(**NORTH_EAST)
    with people.sitting("Odile"):
        pass
    mine = secrets.token_bytes(32)
    otto = people.house.officers["Otto"].id
    with acting("office"):
        for change, value in (
            ("row", hashlib.sha256(mine).digest()),
            ("officer_id", otto),
            ("site", "partner"),
        ):
            with pytest.raises(DatabaseError, match="given its officer by"):
                run(f"UPDATE permits_session SET {change} = %s", value)
        row = row_of(people.tokens["Odile"])
        said = functions.name_officer(row, otto, site="office", proof=session_store._proof())
        assert said == "unknown", "not even with the proof"
        assert seen_as(mine) == 0


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET digest = ''", "DELETE FROM {}", "SELECT digest FROM {}"]
)
@pytest.mark.parametrize("role", ["office", "partner"])
def test_no_process_changes_or_reads_the_hash_of_a_proof(people: People, role: str, statement: str) -> None:
    with people.sitting("Odile"):
        pass
    with acting(role), pytest.raises(DatabaseError, match="permission denied"):
        run(statement.format("permits_sign_in_proof"))


def test_no_site_leaves_a_proof_for_another(people: People) -> None:
    for role, other in (("office", "partner"), ("partner", "office")):
        with acting(role), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            functions.claim_sign_in(other, b"mine")


def test_a_second_proof_does_not_replace_the_first(people: People) -> None:
    with people.sitting("Odile"):
        functions.claim_sign_in("office", b"mine")
        row = row_of(people.tokens["Odile"])
        odile = people.house.officers["Odile"].id
        assert functions.name_officer(row, odile, site="office", proof=b"mine") == "refused"


def test_a_process_with_another_key_says_so_and_signs_nobody_in(people: People) -> None:
    with people.sitting("Odile"):
        pass
    with override_settings(SECRET_KEY="another"), pytest.raises(session_store.SignInProofUnknown):
        people.house.sign_in("Otto", at=people.at)


@pytest.mark.parametrize(
    "change",
    [
        "expires_at = expires_at + interval '1 year'",
        "sealed = set_byte(sealed, 30, get_byte(sealed, 30) # 1)",
        "officer_id = (SELECT id FROM desks_officer WHERE name LIKE 'Otto%%')",
    ],
)
def test_an_altered_session_ends_is_logged_and_calls_somebody(people: People, change: str) -> None:
    with people.sitting("Odile"):
        pass
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("ALTER TABLE permits_session DISABLE TRIGGER USER")  # the owner of the table may take its guards away
    assert run(f"UPDATE permits_session SET {change}") == 1
    run("ALTER TABLE permits_session ENABLE TRIGGER USER")
    with acting("office"):
        assert session.come_in(SessionStore(people.tokens["Odile"]), at=people.at) is None
        assert session.come_in(SessionStore(people.tokens["Odile"]), at=people.at) is None
    assert not OfficeSession.objects.exists()
    (event,) = Event.objects.filter(act="session-altered")
    assert event.outcome == "refused"
    with acting("worker"):
        paging.drain(people.at)
    assert Alarm.objects.get(kind="session-altered").cleared_at is None
