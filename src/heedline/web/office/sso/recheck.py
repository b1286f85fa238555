"""Recheck a session with the single sign-on provider, during one of the session's requests."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from heedline.casework.access import provider_sessions
from heedline.casework.access.session import Attendance
from heedline.casework.errors import CannotOpen
from heedline.casework.setup import single_sign_on
from heedline.web.office.sso import provider
from heedline.web.office.sso.id_tokens import NotValid, read_id_token


def still_welcome(by: Attendance, *, at: datetime) -> bool:
    """Return whether this session may continue.

    It may if no recheck is due, if the provider accepts the user, or if the provider has given no usable answer
    but not for too long. Otherwise the session has already been ended in the database and logged.
    """
    if by.ask_at is None or at < by.ask_at:
        return True
    given = None
    try:
        held = provider_sessions.claim(by.token, at=at)
        if held is None:
            return True  # another request of this session asks just now
        if settings.SSO is None:
            raise provider.NoAnswer
        given = provider.refresh(settings.SSO, held)
        if given.id_token:
            said = read_id_token(
                given.id_token,
                provider.asked(settings.SSO),
                nonce=None,
                keys=provider.keys_of(settings.SSO),
                at=at,
            )
            if not single_sign_on.is_theirs(by, single_sign_on.account_of(settings.SSO.issuer, said.subject)):
                raise provider.TurnedAway  # somebody else's answer is a no
    except (provider.NoAnswer, NotValid):
        # Keys that were changed a moment ago, a clock that is wrong: no word about a person. What it gave instead of the
        # token that was used up counts all the same, or the next question would be answered with a no.
        newer = given.refresh_token if given is not None else ""
        if provider_sessions.unanswered(by.token, newer, at=at):
            return True
        single_sign_on.out_of_reach(by)
        return False
    except (provider.TokenOver, CannotOpen):
        single_sign_on.token_over(by, at=at)
        return False
    except provider.TurnedAway:
        single_sign_on.turned_away(by)
        return False
    provider_sessions.answered(by.token, given.refresh_token or held, at=at)
    return True
