"""The signed-in officer's own page."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from heedline.casework.access import session
from heedline.casework.people import settings, skills, training
from heedline.casework.report import conflict_terms
from heedline.casework.setup import key_overview
from heedline.permits.roles import DESCRIPTIONS, Role
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.signing_in import last_sign_in_words
from heedline.web.office.training import training_pages
from heedline.web.shell.request import OfficeRequest

ROLES = {
    Role.OFFICER: "Officer",
    Role.SUPERVISOR: "Supervisor",
    Role.INVESTIGATOR: "Investigator",
    Role.AUTHORISER: "Authoriser",
    Role.STEWARD: "Steward",
    Role.OVERSEER: "Overseer",
    Role.WELFARE: "Welfare of officers",
}


@open_to(Audience.OFFICERS)
@require_GET
def me(request: OfficeRequest) -> HttpResponse:
    """Show the officer's name, roles, desks and last sign-in, with a link to their sign-in settings."""
    by = request.attendance
    names = {desk.id: desk.name for desk in by.desks}
    roles = [
        {
            "name": ROLES[Role(role)],
            "desk": names.get(desk, "") if desk else "",
            "may": DESCRIPTIONS[Role(role)],
        }
        for role, desk in by.appointments
    ]
    context = {
        "roles": roles,
        "email": request.user.get_username(),
        "single_keys": getattr(request.user, "single_keys", False),
        "last_sign_in": last_sign_in_words(request),
        "own_words": key_overview.own_words(by),
        "languages": skills.mine(by=by),
        "own_terms": conflict_terms.mine(by=by),
        "trainings": training_pages.shown(training.mine(by=by, at=session.now())),
    }
    return render(request, "office/me.html", context)


@open_to(Audience.OFFICERS)
@require_POST
def single_keys(request: OfficeRequest) -> HttpResponse:
    """Turn single-key shortcuts on or off for the signed-in officer."""
    settings.set_single_keys(on=request.POST.get("on") == "yes", by=request.attendance)
    return HttpResponseRedirect(reverse("me") + "#keys")
