"""Steps of tests/custody/walk.py for disposing of reports and for finding what an instance can open."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any
from uuid import UUID

from heedline.casework.access import keyring
from heedline.casework.access import session as access_session
from heedline.casework.access.session import Attendance
from heedline.casework.access.session_store import SessionStore
from heedline.casework.errors import NotHere
from heedline.casework.keys.epochs import grant_context
from heedline.casework.pages import case_file
from heedline.casework.retention import keeping
from heedline.desks.models import EpochGrant, Officer
from heedline.reports.models import SealedHeader
from heedline.vault import CannotOpen
from heedline.vault.containers.container import file_key, open_payload
from heedline.vault.grants import open_grant
from tests.support.acting import acting
from tests.support.cast import now


def sit_down(name: str, told: dict[str, Any]) -> Attendance:
    officer = Officer.objects.get(email=f"{name.lower()}@unit.example")
    session = SessionStore()
    session["_auth_user_id"] = str(officer.id)
    session.create()
    here = access_session.enter(str(session.session_key), officer, at=now())
    return access_session.unlock(here, told["passphrases"][name], at=now())


def dispose(told: dict[str, Any]) -> list[str]:
    """Dispose of reports by Odile's proposal and Olga's confirmation. Return the certificate numbers."""
    done = []
    for ref in told["refs"]:
        with acting("office"):
            odile = sit_down("Odile", told)
            ident = keeping.propose(UUID(ref), "period-over", by=odile, at=now())
            access_session.leave()
            olga = sit_down("Olga", told)
            assert keeping.decide(ident, dispose=True, by=olga, at=now())
            access_session.leave()
        done.append(str(ident))
    return done


def opened(told: dict[str, Any]) -> dict[str, Any]:
    """Return the reports that an officer can open here, and the payloads that all passphrases together open."""
    found: dict[str, Any] = {"reports": {}, "payloads": []}
    with acting("office"):
        odile = sit_down("Odile", told)
        for ref in told["refs"]:
            found["reports"][ref] = None
            with suppress(NotHere, CannotOpen):
                found["reports"][ref] = case_file.case_file(UUID(ref), by=odile, at=now()).answers.narrative
        access_session.leave()
    keys = [file_key(header, seeds) for header, seeds in _headers(told)]
    for payload in told["payloads"]:
        found["payloads"].append(any(_opens(bytes.fromhex(payload), key) for key in keys))
    return found


def _headers(told: dict[str, Any]) -> list[tuple[bytes, list[bytes]]]:
    seeds: dict[UUID, bytes] = {}
    for name, passphrase in told["passphrases"].items():
        if name in told["seeds"]:
            continue  # whoever leaves is asked by their seed: `leaver` in walk.py
        officer = Officer.objects.get(email__startswith=f"{name.lower()}@")
        own = keyring.open_seed(officer.id, passphrase)
        for grant in EpochGrant.objects.filter(officer=officer):
            context = grant_context(grant.epoch_id, officer.id)
            seeds[grant.epoch_id] = open_grant(bytes(grant.sealed), own, info=context)
    rows = SealedHeader.objects.exclude(part="identity").exclude(report__area="canary")
    return [(bytes(row.header), [seeds[one] for one in row.epochs]) for row in rows]


def _opens(payload: bytes, key: bytes) -> bool:
    try:
        list(open_payload(BytesIO(payload), key))
    except CannotOpen:
        return False
    return True
