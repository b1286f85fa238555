"""Passkeys that unlock keys, which are added with the passphrase and used on the unlock page."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
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
from heedline.web.components.forms import Form
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.key_pages import PASSPHRASE, with_passphrase
from heedline.web.entrance.middleware import SignedInRequest
from heedline.web.entrance.signing_in import is_own_path
from heedline.web.entrance.unlocking import first_to_see


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """Create a passkey in the browser, verify it with two responses and store it.

    Storing it needs the passphrase.
    """
    by = request.attendance
    form = Form((PASSPHRASE,))
    if request.method == "POST":
        form = Form.posted((PASSPHRASE,), request.POST.lists())
        if not form.errors:
            credential, given, again = (
                request.POST.get(name, "") for name in ("credential", "given", "again")
            )
            form = with_passphrase(
                request,
                form,
                lambda words: passkeys.add(credential, given, again, words, by=by, at=session.now()),
            )
            if not form.errors:
                messages.success(request, "You can now unlock your keys with the passkey.")
                return HttpResponseRedirect(reverse("ways"))
    context = {
        "form": form,
        "salt": passkeys.salt_of(by.officer_id),
        "user_id": by.officer_id.hex,
        "user_name": request.user.get_username(),
    }
    return render(request, "entrance/ways_passkey.html", context, status=422 if form.errors else 200)


@open_to(Audience.OFFICERS)
@require_POST
def unlock(request: SignedInRequest) -> HttpResponse:
    """Unlock the keys with a passkey."""
    asked = request.POST.get("next", "")
    lead_to = asked if is_own_path(asked) else reverse("my-work")
    request.attendance = session_rotation.renew(request.attendance, cast(SessionStore, request.session))
    try:
        request.attendance = passkeys.unlock(
            request.POST.get("given", ""), by=request.attendance, at=session.now()
        )
    except CannotOpen:
        messages.error(request, "This passkey does not open your keys. Use your passphrase.")
        return HttpResponseRedirect(f"{reverse('unlock')}?{urlencode({'next': lead_to})}")
    dangers.owner_returns(by=request.attendance, at=session.now())
    return HttpResponseRedirect(first_to_see(request, lead_to))
