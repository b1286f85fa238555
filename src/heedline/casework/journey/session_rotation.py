"""Rotates a session's cookie when its keys are unlocked.

A cookie issued earlier cannot decrypt anything.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from heedline.casework.access import provider_sessions
from heedline.casework.access.session import Attendance
from heedline.casework.access.session_store import SessionStore, keys_of, site
from heedline.casework.journey import practice
from heedline.permits import functions


def renew(by: Attendance, session: SessionStore) -> Attendance:
    """Move this request's session to a new cookie and return the signed-in person.

    The old cookie signs nobody in. Data from single sign-on and exercises, sealed under the cookie, are
    moved too. Unlocked keys are not, because they are created again at unlocking.
    """
    old = by.token
    kept = dict(session.items())
    with transaction.atomic():
        session.create()
        session.update(kept)
        session.save()
        here = replace(by, token=str(session.session_key))
        if site() == "office":  # partners have neither, and their process no right to the tables
            provider_sessions.move(old, here.token)
            practice.move(by, here)
        functions.enter_session(keys_of(here.token).row_id)
        session.delete(old)
    return here
