"""Saved forms, which were posted after the keys were locked, after the session expired or from a stale page.

Promise: nothing that an officer wrote is lost, and none of it is acted on before they have seen it again.
The text is sealed under a cookie of this browser, bound to the officer (`saved_forms.hold_form`), and
restored into the same form. Several tabs may each have a form waiting, up to `_MOST`.
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
    """Mark a view whose POST contains text worth saving and whose GET restores it (`kept_for`)."""
    view.keeps_words = True  # type: ignore[attr-defined]
    return view


def form_of(by: Attendance) -> str:
    """Return the signed value of the hidden field that identifies the officer."""
    return signing.dumps(str(by.officer_id), salt=_SALT)


def _whose(request: HttpRequest) -> UUID | None:
    """Return the id of the officer whose form was posted, or None.

    It is taken from the form's signed field, otherwise from the session, otherwise from an expired session. The
    field comes first, because a page that a colleague left open in this browser belongs to the colleague,
    whoever is signed in now.
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
    """Save the posted data and redirect to `lead_to` (sign in, unlock or the same page)."""
    response = HttpResponseRedirect(lead_to)
    officer = _whose(request)
    posted = {name: values for name, values in request.POST.lists() if name not in _NEVER_KEPT}
    if officer is not None and any(any(values) for values in posted.values()):
        cookie = saved_forms.hold_form(officer, request.path, posted, at=session.now())
        _set(response, [cookie, *_cookies(request)])
    return response


def something_kept(request: HttpRequest) -> bool:
    """Return whether this browser has saved forms, so that the sign-in and unlock pages can mention them."""
    return bool(_cookies(request))


def kept_for(request: HttpRequest, by: Attendance) -> dict[str, list[str]] | None:
    """Return the unprocessed form data saved for this officer and page, or None."""
    for cookie in _cookies(request):
        held = saved_forms.held_form(cookie, by=by, at=session.now())
        if held is not None and held.path == request.path:
            return held.posted
    return None


def let_go(request: HttpRequest, response: HttpResponse, by: Attendance) -> HttpResponse:
    """Discard the form saved for this page, once it has been submitted or abandoned."""
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
