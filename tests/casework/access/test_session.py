"""Sessions and unlocked keys: what opens them, what ends them, and what a copy of the tables is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from heedline.casework.access import saved_forms, second_factors
from heedline.casework.access import session as access_session
from heedline.casework.access.session_store import SessionStore, row_of
from heedline.casework.errors import Locked
from heedline.casework.pages import case_file
from heedline.casework.pages.queues import queue
from heedline.casework.report import opening
from heedline.permits.models import HeldForm, OfficeSession, UnlockedKeys
from heedline.permits.scopes import reports_of
from heedline.vault import CannotOpen
from heedline.vault.keys import signing_public
from tests.support.acting import acting
from tests.support.scene_people import People, logged

pytestmark = pytest.mark.django_db
IDLE = timedelta(minutes=15)


def test_signed_in_is_not_unlocked(people: People) -> None:
    ref, _ = people.send()
    with people.sitting("Odile", unlocked=False) as odile:
        assert not odile.unlocked
        with pytest.raises(Locked):
            case_file.case_file(ref, by=odile, at=people.at)
        (line,) = queue.queue(by=odile, at=people.at, view=queue.QueueView()).lines
        assert line.opening == opening.LOCKED_WORDS


def test_unlocking_opens_the_keys_of_ones_desks_and_no_other(people: People) -> None:
    with people.sitting("Odile") as odile:
        assert odile.keyring is not None
        mine = set(odile.keyring.seeds)
    with people.sitting("Otto") as otto:
        assert otto.keyring is not None
        theirs = set(otto.keyring.seeds)
    assert len(mine) == len(theirs) == 3  # this month and two ahead
    assert not mine & theirs
    with people.sitting("Stella") as stella:
        assert stella.keyring is not None
        assert stella.keyring.seeds == {}  # stewards hold no grants
    (mark, *_) = logged("keys-unlocked")
    assert mark.detail == {"epochs": 3}


@pytest.mark.parametrize("wrong", ["", "x", "correct horse battery staple", "a " * 5000, "\0", "\ud7ff" * 40])
def test_a_wrong_passphrase_opens_nothing_and_is_logged(people: People, wrong: str) -> None:
    with people.sitting("Odile", unlocked=False) as odile, pytest.raises(CannotOpen):
        access_session.unlock(odile, wrong, at=people.at)
    assert not UnlockedKeys.objects.exists()
    (mark,) = logged("unlock-refused", refused=True)
    assert mark.actor == people.house.officers["Odile"].id
    assert mark.detail == {}


def test_a_colleagues_passphrase_is_a_wrong_one(people: People) -> None:
    with people.sitting("Odile", unlocked=False) as odile, pytest.raises(CannotOpen):
        access_session.unlock(odile, people.house.keys["Olga"].passphrase, at=people.at)
    assert not UnlockedKeys.objects.exists()


def test_a_wrapping_copied_to_another_officer_does_not_open(people: People) -> None:
    """A steward or an administrator who moves rows about gives nobody another's keys."""
    odile, otto = people.house.officers["Odile"], people.house.officers["Otto"]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE keys_wrapping SET wrapped = (SELECT wrapped FROM keys_wrapping WHERE officer_id = %s)"
            " WHERE officer_id = %s",
            [odile.id, otto.id],
        )
    with people.sitting("Otto", unlocked=False) as here, pytest.raises(CannotOpen):
        access_session.unlock(here, people.house.keys["Odile"].passphrase, at=people.at)


def test_a_grant_moved_to_another_officer_does_not_open(people: People) -> None:
    odile, otto = people.house.officers["Odile"], people.house.officers["Otto"]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM keys_grant WHERE officer_id = %s", [otto.id])
        cursor.execute("UPDATE keys_grant SET officer_id = %s WHERE officer_id = %s", [otto.id, odile.id])
    with people.sitting("Otto") as here:
        assert here.keyring is not None
        assert here.keyring.seeds == {}


def test_fifteen_idle_minutes_lock(people: People) -> None:
    start = people.at
    with people.sitting("Odile"):
        pass
    steps = [IDLE - timedelta(seconds=1), 2 * IDLE - timedelta(seconds=2)]
    for step in steps:  # work keeps them open
        with people.sitting("Odile", at=start + step) as odile:
            assert odile.unlocked
    with people.sitting("Odile", at=start + steps[-1] + IDLE) as odile:
        assert not odile.unlocked


def test_locking_and_signing_out_forget_the_keys(people: People) -> None:
    for end, act in ((access_session.lock, "keys-locked"), (access_session.signed_out, "signed-out")):
        people.tokens.clear()
        with people.sitting("Odile") as odile:
            end(odile)
        with people.sitting("Odile") as odile:
            assert not odile.unlocked
        assert not UnlockedKeys.objects.exists()
        assert len(logged(act)) == 1


def test_ending_sessions_ends_them_all_and_nobody_elses(people: People) -> None:
    for name in ("Odile", "Otto"):
        with people.sitting(name):
            pass
    access_session.end_sessions(people.house.officers["Odile"].id)
    assert {s.officer_id for s in OfficeSession.objects.all()} == {people.house.officers["Otto"].id}
    assert UnlockedKeys.objects.count() == 1
    with acting("office"):
        access_session.enter(people.tokens["Odile"], people.house.officers["Odile"], at=people.at)
        assert list(reports_of([people.house.desks["north-east"].id])) == []


# --- the session store -------------------------------------------------------------------------------------------------


def test_a_copy_of_the_tables_signs_nobody_in(people: People) -> None:
    with people.sitting("Odile") as odile:
        keyring = odile.keyring
    assert keyring is not None
    token = people.tokens["Odile"]
    session, unlocked = OfficeSession.objects.get(), UnlockedKeys.objects.get()
    everything = bytes(session.row) + bytes(session.sealed) + bytes(unlocked.sealed)
    for secret in (
        token.encode(),
        *keyring.seeds.values(),
        keyring.voice.seed,
        people.house.keys["Odile"].seed,
    ):
        assert secret not in everything
    for guess in (bytes(session.row).hex(), bytes(session.row)[:31].hex()[:43], "x" * 43):
        store = SessionStore(guess)
        assert store.load() == {}


def test_a_session_moved_under_another_cookie_is_empty(people: People) -> None:
    stores = []
    for value in ("one", "two"):
        store = SessionStore()
        store["what"] = value
        store.create()
        stores.append(store)
    first, second = (OfficeSession.objects.get(row=row_of(str(s.session_key))) for s in stores)
    OfficeSession.objects.filter(row=bytes(first.row)).update(sealed=bytes(second.sealed))
    assert SessionStore(stores[0].session_key).load() == {}
    assert SessionStore(stores[1].session_key).load() == {"what": "two"}


def test_a_session_rotates_and_its_old_cookie_is_dead(people: People) -> None:
    store = SessionStore()
    store["what"] = "kept"
    store.create()
    old = store.session_key
    store.cycle_key()
    assert store.session_key != old
    assert SessionStore(old).load() == {}
    assert SessionStore(store.session_key).load() == {"what": "kept"}
    store.flush()
    assert not OfficeSession.objects.exists()


def test_a_cookie_that_somebody_brought_is_never_adopted(people: People) -> None:
    chosen = "a" * 43
    store = SessionStore(chosen)
    store["what"] = "fixed"
    assert store.load() == {}
    store.create()
    assert store.session_key != chosen
    assert not store.exists(chosen)


def test_a_session_ends_with_its_time(people: People) -> None:
    store = SessionStore()
    store.create()
    OfficeSession.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert SessionStore(store.session_key).load() == {}


# --- forms that came after the lock ------------------------------------------------------------------------------------


def test_a_late_form_is_kept_for_the_same_officer_only(people: People) -> None:
    posted = {"reason": ["Zinnober-quinquereme"], "version": ["3"]}
    with acting("office"):
        cookie = saved_forms.hold_form(
            people.house.officers["Odile"].id, "/w/reports/x/", posted, at=people.at
        )
    assert b"Zinnober" not in bytes(HeldForm.objects.get().sealed)
    with people.sitting("Odile") as odile:
        held = saved_forms.held_form(cookie, by=odile, at=people.at)
        assert held is not None
        assert (held.path, held.posted) == ("/w/reports/x/", posted)
        assert "Zinnober" not in repr(held)
        assert saved_forms.held_form(cookie[::-1], by=odile, at=people.at) is None
        assert saved_forms.held_form(None, by=odile, at=people.at) is None
        assert saved_forms.held_form(cookie, by=odile, at=people.at + timedelta(hours=13)) is None
    with people.sitting("Olga") as olga:
        assert saved_forms.held_form(cookie, by=olga, at=people.at) is None
    with people.sitting("Odile") as odile:
        saved_forms.drop_held(cookie)
        assert saved_forms.held_form(cookie, by=odile, at=people.at) is None


def test_what_is_kept_of_keys_shows_in_no_log_line(people: People) -> None:
    with people.sitting("Odile") as odile:
        shown = repr(odile) + repr(odile.keyring)
        assert odile.keyring is not None
        for seed in odile.keyring.seeds.values():
            assert seed.hex() not in shown
            assert repr(seed) not in shown
        assert people.tokens["Odile"] not in shown
    assert signing_public(people.house.root).hex() not in shown


def test_a_second_factor_is_sealed_under_the_offices_secret() -> None:
    sealed = second_factors.seal("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DP" not in sealed
    assert second_factors.open_sealed(sealed) == "JBSWY3DPEHPK3PXP"
    for broken in ("", "zz", sealed[:-2], sealed[2:]):
        with pytest.raises(CannotOpen):
            second_factors.open_sealed(broken)


def test_refused_sign_ins_are_logged_and_name_only_whom_we_know(people: People) -> None:
    with acting("office"):
        access_session.sign_in_refused("ODILE@unit.example")
        access_session.sign_in_refused("stranger@example.org")
    known, unknown = logged("sign-in-refused", refused=True)
    assert (known.actor, unknown.actor) == (people.house.officers["Odile"].id, None)
    assert "stranger" not in str(unknown.detail)
