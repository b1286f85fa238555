"""Words that came too late: a form posted after the lock, after the session ended, or from a page out of date.

Promise: nothing that an officer wrote is lost, and nothing of it is acted on before they have seen it again. The words
lie sealed under a cookie of this browser, bound to the officer (`held_forms.hold_form`), and come back into the same
form. Several tabs may each have a form waiting, up to `_MOST`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from heedline.casework.access import saved_forms, session
from heedline.casework.access.session import Attendance

_SALT = "heedline.form-of"
#: The hidden field that says whose form this is, when the session is gone.
FORM_OF = "form_of"
_NEVER_KEPT = frozenset({"csrfmiddlewaretoken", FORM_OF, "passphrase", "password", "do"})
_MOST = 5


def keeps_words[V: Callable[..., Any]](view: V) -> V:
    """Mark a view whose POST carries words worth keeping, and whose GET shows them again (`kept_for`)."""
    view.keeps_words = True  # type: ignore[attr-defined]
    return view


def form_of(by: Attendance) -> str:
    """The signed value of the hidden field."""
    return signing.dumps(str(by.officer_id), salt=_SALT)


def _whose(request: HttpRequest) -> UUID | None:
    """Whose form was posted: as its signed field says, else of the session, else of a session that has run out.

    The field comes first: a page that a colleague left open in this browser is theirs, whoever is signed in now.
    """
    try:
        return UUID(signing.loads(request.POST.get(FORM_OF, ""), salt=_SALT, max_age=12 * 3600))
    except (signing.BadSignature, ValueError):
        pass
    by: Attendance | None = getattr(request, "attendance", None)
    if by is not None:
        return by.officer_id
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return session.officer_of_session(cookie) if cookie else None


def _cookies(request: HttpRequest) -> list[str]:
    return [one for one in request.COOKIES.get(settings.HELD_COOKIE, "").split(".") if one][:_MOST]


def _set(response: HttpResponseBase, cookies: list[str]) -> None:
    if not cookies:
        response.delete_cookie(settings.HELD_COOKIE, samesite="Strict")
        return
    response.set_cookie(
        settings.HELD_COOKIE,
        ".".join(cookies[:_MOST]),
        secure=settings.SECURE,
        httponly=True,
        samesite="Strict",
    )


def hold(request: HttpRequest, lead_to: str) -> HttpResponse:
    """Keep what was posted and lead on to `lead_to` (sign in, unlock, or the same page)."""
    response = HttpResponseRedirect(lead_to)
    officer = _whose(request)
    posted = {name: values for name, values in request.POST.lists() if name not in _NEVER_KEPT}
    if officer is not None and any(any(values) for values in posted.values()):
        cookie = saved_forms.hold_form(officer, request.path, posted, at=session.now())
        _set(response, [cookie, *_cookies(request)])
    return response


def something_kept(request: HttpRequest) -> bool:
    """Whether this browser has words waiting, for a line on the pages in between."""
    return bool(_cookies(request))


def kept_for(request: HttpRequest, by: Attendance) -> dict[str, list[str]] | None:
    """What this officer had posted to this very page and was not acted on; None when there is nothing."""
    for cookie in _cookies(request):
        held = saved_forms.held_form(cookie, by=by, at=session.now())
        if held is not None and held.path == request.path:
            return held.posted
    return None


def let_go(request: HttpRequest, response: HttpResponse, by: Attendance) -> HttpResponse:
    """Forget what was kept for this page, now that it was sent (or thrown away)."""
    cookies = _cookies(request)
    if not cookies:
        return response
    staying: list[str] = []
    for cookie in cookies:
        held = saved_forms.held_form(cookie, by=by, at=session.now())
        if held is not None and held.path == request.path:
            saved_forms.drop_held(cookie)
        elif held is not None:
            staying.append(cookie)
    _set(response, staying)
    return response
