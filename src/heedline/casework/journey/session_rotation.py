"""Giving a session a new cookie when its keys are unlocked, so that a cookie that was seen before opens nothing after."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from heedline.casework.access import provider_sessions
from heedline.casework.access.session import Attendance
from heedline.casework.access.session_store import SessionStore, keys_of, site
from heedline.casework.journey import practice
from heedline.permits import functions


def renew(by: Attendance, session: SessionStore) -> Attendance:
    """Move the session of this request to a new cookie; return the person under it. The old cookie signs nobody in.

    What lies sealed under the cookie goes along: what the provider of single sign-on gave, and exercises. Unlocked keys
    do not: they are made anew by whoever unlocks.
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
