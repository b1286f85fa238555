"""Middleware that establishes who is signed in for the duration of each request.

Before the view, the database is told whose session this is, so that row-level security shows the rows of
that person's desks, and the keys unlocked by the session are made available. After the view, the connection
can see no reports again, even if the view failed. No response may be stored by a browser or a cache.

Access is decided here, before the view: signed in, second factor set up, keys unlocked. A form that arrives
too late is saved (`kept_words`), not lost.
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
from heedline.web.afterwards import AUTOMATIC
from heedline.web.declared import Audience, audience_of
from heedline.web.entrance import kept_words
from heedline.web.entrance.signing_in import SECOND_FACTOR, has_second_factor, is_signed_in


class SignedInRequest(HttpRequest):
    """A request from a signed-in user."""

    attendance: Attendance


class OnTheRecord:
    """Middleware that binds the signed-in person to the request and the database connection.

    It also redirects people who may not use the view yet, and forbids caching of the response.
    """

    def still_welcome(self, by: Attendance, *, at: datetime) -> bool:
        """Return whether an open session may continue.

        A site may override this to check with a provider.
        """
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
                # what a page asks by itself must not keep the keys unlocked while nobody is there; it posts only when
                # somebody types
                with_keys="HX-Request" not in request.headers or request.method == "POST",
                extends=AUTOMATIC not in request.META,
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
        """Redirect to sign-in, second-factor set-up or unlocking where needed, saving posted data."""
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
    """Return whether to save the posted data: only a same-origin POST to a view that keeps text.

    A request from a neighbouring host arrives with the officer's cookies, because it counts as the same
    site. It could otherwise put text into a form that the officer then sends.
    """
    match = request.resolver_match
    if request.headers.get("Origin") != f"{request.scheme}://{request.get_host()}":
        return False
    return request.method == "POST" and match is not None and getattr(match.func, "keeps_words", False)


def _come_back(request: HttpRequest, view: Callable[..., Any]) -> str:
    """Return the path to return to after signing in or unlocking.

    This is the same page, or the page that held the button if the request was a POST without text to keep.
    """
    if request.method == "GET" or getattr(view, "keeps_words", False):
        return request.get_full_path() if request.method == "GET" else request.path
    return getattr(view, "stood_on", reverse("my-work"))


def _second_step_is_set_up(request: HttpRequest) -> bool:
    """Return whether the user has a second factor or is on a page for setting one up.

    The demo waives the requirement.
    """
    if settings.DEMO or request.session.get(SECOND_FACTOR):
        return True
    name = request.resolver_match.url_name or "" if request.resolver_match else ""
    if name.startswith(("mfa_", "account_")):
        return True
    if has_second_factor(request.user):
        request.session[SECOND_FACTOR] = True
        return True
    return False
