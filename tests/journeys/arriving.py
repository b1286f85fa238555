"""Officers in a browser who have signed in already: their session is made by the verbs, and its cookie given to the browser."""

from __future__ import annotations

from django.conf import settings

from tests.browser.kit import Visitor
from tests.support.cast import House
from tests.support.sessions import session_of


def at_work(page: Visitor, office: str, house: House, name: str, *, unlocked: bool = True) -> None:
    """Sign `name` in and unlock their keys, by a session made without the pages for it. The browser shows no page yet.
    Journeys whose subject is signing in or unlocking do it on the pages."""
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": session_of(house, name, unlocked=unlocked),
                "url": office,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )
