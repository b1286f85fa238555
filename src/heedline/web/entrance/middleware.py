"""Every request of people who sign in is on the record: who is in front of the screen, for exactly as long as it lasts.

Before the view, the database is told whose session this is (row-level security then shows the rows of their desks) and
the keys that the session has unlocked are at hand. After it, the connection sees no report again, also when the view
failed. Nothing that is answered may be stored by a browser or a cache.

Who may come in is decided here, before the view: signed in, second step set up, keys unlocked. A form that comes too
late is kept (`kept_words`), not lost.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from heedline.casework.access import session as attendance
from heedline.casework.access.session import Attendance
from heedline.casework.access.session_store import SessionStore
from heedline.web.declared import Audience, audience_of
from heedline.web.entrance import kept_words
from heedline.web.entrance.signing_in import SECOND_FACTOR, has_second_factor, is_signed_in


class SignedInRequest(HttpRequest):
    """A request of somebody who is signed in."""

    attendance: Attendance


class OnTheRecord:
    """See the module."""

    def still_welcome(self, by: Attendance, *, at: datetime) -> bool:
        """Whether a session that is open goes on; a site may have somebody to ask about it."""
        return True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.attendance = None  # type: ignore[attr-defined]
        session = cast(SessionStore, request.session)
        somebody = session.session_key is not None
        try:
            at = attendance.now()
            found = attendance.come_in(
                session,
                at=at,
                # what a page asks by itself must not keep the keys unlocked while nobody is there
                with_keys="HX-Request" not in request.headers,
            )
            if found is not None and is_signed_in(request, found[0]) and self.still_welcome(found[1], at=at):
                request.attendance = found[1]  # type: ignore[attr-defined]
            elif somebody:
                attendance.leave()
                if request.user.is_authenticated:  # the row and what is sealed in it name two people
                    logout(request)
            response = self.get_response(request)
            if response.status_code == 403 and _keeps(request) and not getattr(request, "was_let_in", False):
                # Django's CSRF check refused it: a page from before the last sign-in.
                response = kept_words.hold(request, request.path)
        finally:
            if somebody:
                attendance.leave()
        response["Cache-Control"] = "no-store"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Lead to signing in, to the second step or to unlocking, keeping what was posted."""
        audience = audience_of(view)
        by: Attendance | None = request.attendance  # type: ignore[attr-defined]
        lead_to = ""
        if audience in {Audience.OFFICERS, Audience.UNLOCKED}:
            if by is None:
                lead_to = f"{reverse('account_login')}?{urlencode({'next': _come_back(request, view)})}"
            elif not _second_step_is_set_up(request):
                lead_to = reverse("mfa_index")
            elif audience is Audience.UNLOCKED and not by.unlocked:
                lead_to = f"{reverse('unlock')}?{urlencode({'next': _come_back(request, view)})}"
        if not lead_to:
            request.was_let_in = True  # type: ignore[attr-defined]
            return None
        if request.headers.get("HX-Request"):  # a polled fragment: nothing to lead, the page stays as it is
            return HttpResponse(status=204)
        return kept_words.hold(request, lead_to) if _keeps(request) else HttpResponseRedirect(lead_to)


def _keeps(request: HttpRequest) -> bool:
    """Whether what was posted is kept: only words of a page of ours. A host beside ours gets here with the officer's
    cookies, for which it is the same site, and would otherwise put words into a form that the officer then sends."""
    match = request.resolver_match
    if request.headers.get("Origin") != f"{request.scheme}://{request.get_host()}":
        return False
    return request.method == "POST" and match is not None and getattr(match.func, "keeps_words", False)


def _come_back(request: HttpRequest, view: Callable[..., Any]) -> str:
    """Where to go on afterwards: the same page, or the page that a button without words stood on."""
    if request.method == "GET" or getattr(view, "keeps_words", False):
        return request.get_full_path() if request.method == "GET" else request.path
    return getattr(view, "stood_on", reverse("my-work"))


def _second_step_is_set_up(request: HttpRequest) -> bool:
    """Whether they have a second step, or are about to set one up. The demonstration waives it."""
    if settings.DEMO or request.session.get(SECOND_FACTOR):
        return True
    name = request.resolver_match.url_name or "" if request.resolver_match else ""
    if name.startswith(("mfa_", "account_")):
        return True
    if has_second_factor(request.user):
        request.session[SECOND_FACTOR] = True
        return True
    return False
