"""Sessions made without the pages for it, for tests whose subject is neither signing in nor unlocking (ADR 71)."""

from __future__ import annotations

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from heedline.casework.access import session as access_session
from heedline.desks.models import Officer
from heedline.web.entrance.signing_in import SECOND_FACTOR
from tests.support import quick_sessions
from tests.support.acting import acting
from tests.support.cast import House


def session_of(house: House, name: str, *, site: str = "office", unlocked: bool = True) -> str:
    """Return the session key of somebody who has signed in and, unless told otherwise, unlocked their keys."""
    with acting(site):
        officer = Officer.objects.get(pk=house.officers[name].pk)
        key = quick_sessions.begin(
            officer.pk,
            {
                SESSION_KEY: str(officer.pk),
                BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                HASH_SESSION_KEY: officer.get_session_auth_hash(),
                AUTHENTICATION_METHODS_SESSION_KEY: [
                    {"method": "password", "at": time.time(), "email": officer.email}
                ],
                SECOND_FACTOR: True,
            },
        )
        here = access_session.enter(key, officer, at=access_session.now())
        if unlocked:
            quick_sessions.unlock(here, house.keys[name].passphrase, at=access_session.now())
        access_session.leave()
    return key
