"""The partner site's home page, account page and help."""

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
    """Redirect the root URL to the list of disclosures."""
    return HttpResponseRedirect(reverse("my-work"))


@open_to(Audience.OFFICERS)
@require_GET
def me(request: SignedInRequest) -> HttpResponse:
    """Show the user's name, organisation, last sign-in and verification words, with a link to their sign-in settings."""
    by = request.attendance
    context = {
        "organisation": by.organisation,
        "may": [DESCRIPTIONS[one] for one in Role if one in by.roles],
        "email": request.user.get_username(),
        "last_sign_in": last_sign_in_words(request),
        "own_words": key_overview.own_words(by),
    }
    return render(request, "partner/me.html", context)


@open_to(Audience.SIGNING_IN)
@require_GET
def helping(request: HttpRequest) -> HttpResponse:
    """Explain what this site is and what to do when something goes wrong.

    The page can be read without signing in.
    """
    return render(request, "partner/help.html")
