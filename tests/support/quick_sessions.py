"""Sessions made with few statements: most tests begin with three or four of them (ADR 71 is about signing in by pages).

Unlocking reads and opens all keys of an officer: a dozen queries that give the same in each test, since the house is the
same. The first one of a process is real. What it wrote is kept and written again for the next test, under that test's own
session, if all that it depends on is as it was: nothing in the transaction has touched a key, a grant, a
statement, a word of acquaintance or a passphrase, and it is the same day. Otherwise it is real each time.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import session as access_session
from heedline.casework.access import session_store
from heedline.casework.access.session import Attendance
from heedline.casework.access.session_store import row_of
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.models import UnlockedKeys
from heedline.permits.roles import GRANTS, Role
from heedline.vault.small import derive_keys, new_secret, open_small, seal_small
from tests.support import database

#: Where everything stands that unlocking reads, beside the appointments. Whoever writes in one of them unlocks in earnest.
_READ = (
    "keys_acquaintances",
    "keys_epoch",
    "keys_grant",
    "keys_own_term",
    "keys_statement",
    "keys_wrapping",
)
#: No role of the program may count rows, so the tests' own does it, in one message.
_TOUCHED = "SELECT set_config('tests.role', current_user, false); RESET ROLE; SELECT {}; {}".format(
    " + ".join(
        f"pg_stat_get_xact_tuples_{done}('public.{table}'::regclass)"
        for table in _READ
        for done in ("inserted", "updated", "deleted")
    ),
    "SELECT set_config('role', current_setting('tests.role'), false)",
)

#: What was kept, by the name of the database in which the house stands (tests/support/furnished.py). Where anything may have
#: been committed, nothing is kept.
kept: dict[str, dict[tuple[Any, ...], bytes]] = {}


def begin(officer: UUID, told: dict[str, Any]) -> str:
    """Begin a session of an officer as SessionStore does when it is saved first, in one message. Returns its key."""
    key, at_site = new_secret(), session_store.site()
    keys = session_store.keys_of(key)
    until = datetime.now(UTC) + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    covered = session_store._covered(keys, officer, at_site, until)
    sealed = seal_small(session_store._row_key(keys), json.dumps(told).encode(), aad=covered)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO permits_session (row, sealed, site, expires_at) VALUES (%s, %s, %s, %s);"
            "SELECT permits.name_officer(%s, %s, %s, %s)",
            [row_of(key), sealed, at_site, until, row_of(key), officer, at_site, session_store._proof()],
        )
        cursor.nextset()
        (said,) = cursor.fetchone()
    if said != "named":  # the first session of a site claims its proof
        session_store._name(row_of(key), officer)
    return key


def unlock(here: Attendance, passphrase: str, *, at: datetime) -> Attendance:
    """Unlock as `heedline.casework.access.session.unlock` does, and write the same rows."""
    known = kept.get(database.entered())
    if known is None or not connection.in_atomic_block or _touched():
        return access_session.unlock(here, passphrase, at=at)
    case = _case(here, passphrase, at)
    if case in known:
        return _again(here, known[case], at)
    there = access_session.unlock(here, passphrase, at=at)
    if not _touched():  # it made no key, and stated nothing
        row = UnlockedKeys.objects.get(session_id=row_of(here.token))
        keys = derive_keys(here.token.encode(), "unlocked")
        known[case] = open_small(keys.key, bytes(row.sealed), aad=keys.row_id)
    return there


def _touched() -> bool:
    """Return whether this transaction has written where unlocking reads."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED)
        cursor.nextset(), cursor.nextset()
        return bool(cursor.fetchone()[0])


def _case(here: Attendance, passphrase: str, at: datetime) -> tuple[Any, ...]:
    """Return all else that the unlocked keys depend on."""
    makes = frozenset(desk for role, desk in here.appointments if Capability.MAKE_EPOCH in GRANTS[Role(role)])
    site = (settings.FOR_PARTNERS, settings.INSTALLATION, settings.ROOT, str(settings.PACK))
    return here.officer_id, passphrase, at.date(), makes, *site


def _again(here: Attendance, words: bytes, at: datetime) -> Attendance:
    keys = derive_keys(here.token.encode(), "unlocked")
    row = UnlockedKeys(
        session_id=row_of(here.token),
        sealed=seal_small(keys.key, words, aad=keys.row_id),
        idle_until=at + load_pack(settings.PACK).clock("unlock_idle"),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO permits_unlocked (session_id, sealed, idle_until) VALUES (%s, %s, %s)"
            " ON CONFLICT (session_id) DO UPDATE SET sealed = excluded.sealed, idle_until = excluded.idle_until",
            [row.session_id, row.sealed, row.idle_until],
        )
    epochs = json.loads(words)["epochs"]
    journal.record(Act.KEYS_UNLOCKED, actor=here.officer_id, detail={"epochs": len(epochs)})
    return replace(here, keyring=access_session._unlocked(here, row, at, extends=False))
