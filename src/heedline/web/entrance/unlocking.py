"""Unlock and lock the keys that open reports."""

from __future__ import annotations

from typing import cast

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from heedline.casework.access import passkeys, session
from heedline.casework.access.session_store import SessionStore
from heedline.casework.duty import dangers
from heedline.casework.errors import CannotOpen
from heedline.casework.journey import session_rotation
from heedline.casework.setup import key_overview
from heedline.web.components.forms import Form, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import kept_words, throttle
from heedline.web.entrance.middleware import SignedInRequest
from heedline.web.entrance.signing_in import is_own_path, last_sign_in_words

FIELDS = (
    TextInput(
        name="passphrase",
        label="Passphrase",
        hint="The six words that you were given when you were enrolled. Not your password.",
        kind="password",
        autocomplete="off",
        required="Enter your passphrase",
    ),
)

NOT_IT = "This is not your passphrase. Check each of the six words and the spaces between them."


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def unlock(request: SignedInRequest) -> HttpResponse:
    """Ask for the passphrase and unlock the keys.

    A wrong passphrase is reported as such, and too many attempts are rate-limited.
    """
    by = request.attendance
    asked = request.POST.get("next") or request.GET.get("next") or ""
    lead_to = asked if is_own_path(asked) else reverse("my-work")
    if by.unlocked:
        return HttpResponseRedirect(lead_to)
    form = Form(FIELDS)
    if request.method == "POST":
        form = Form.posted(FIELDS, request.POST.lists())
        if not form.errors:
            form = _try(request, form)
        if not form.errors:
            return HttpResponseRedirect(first_to_see(request, lead_to))
    return render(
        request,
        "entrance/unlock.html",
        {
            "form": form,
            "next": lead_to,
            "words_kept": kept_words.something_kept(request),
            "last_sign_in": last_sign_in_words(request),
            "passkey": passkeys.offered(by=by),
        },
        status=422 if form.errors else 200,
    )


def first_to_see(request: SignedInRequest, lead_to: str) -> str:
    """Return the URL of the key changes page if there are unseen changes, or `lead_to` if not.

    Officers see what was signed about their desks' keys since their last visit before they start work.
    """
    if not key_overview.changes(by=request.attendance):
        return lead_to
    return f"{reverse('key-changes')}?{urlencode({'next': lead_to})}"


def _try(request: SignedInRequest, form: Form) -> Form:
    key = str(request.attendance.officer_id)
    if wait := throttle.UNLOCKS.take(key):
        return form.but(
            passphrase=f"There have been too many attempts. Wait {throttle.wait_words(wait)} and try again."
        )
    request.attendance = session_rotation.renew(request.attendance, cast(SessionStore, request.session))
    try:
        request.attendance = session.unlock(request.attendance, form.text("passphrase"), at=session.now())
    except CannotOpen:
        return form.but(passphrase=NOT_IT)
    dangers.owner_returns(by=request.attendance, at=session.now())
    throttle.UNLOCKS.give_back(key)
    return form


@open_to(Audience.OFFICERS)
@require_POST
def lock(request: SignedInRequest) -> HttpResponse:
    """Lock the keys now without ending the session."""
    if request.attendance.unlocked:
        session.lock(request.attendance)
    return HttpResponseRedirect(reverse("unlock"))
