"""What a partner's people see first, what is known of them, and help."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from heedline.casework.setup import key_overview
from heedline.permits.roles import DESCRIPTIONS, Role
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.middleware import SignedInRequest
from heedline.web.entrance.signing_in import last_sign_in_words


@open_to(Audience.OFFICERS)
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    """The address without a page."""
    return HttpResponseRedirect(reverse("my-work"))


@open_to(Audience.OFFICERS)
@require_GET
def me(request: SignedInRequest) -> HttpResponse:
    """Name, organisation, the last sign-in, the words of one's keys, and the way to change how one signs in."""
    by = request.attendance
    context = {
        "organisation": by.organisation,
        "may": DESCRIPTIONS[Role.PARTNER],
        "email": request.user.get_username(),
        "last_sign_in": last_sign_in_words(request),
        "own_words": key_overview.own_words(by),
    }
    return render(request, "partner/me.html", context)


@open_to(Audience.SIGNING_IN)
@require_GET
def helping(request: HttpRequest) -> HttpResponse:
    """What this site is, and what to do when something goes wrong. For who cannot sign in as well."""
    return render(request, "partner/help.html")
