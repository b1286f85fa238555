"""The tab Further checks of a report, and the page of a visit."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.pages import case_file
from heedline.casework.records.shown_record import shown
from heedline.web.declared import Audience, open_to
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from tests.support.example_desk import checks, reading, visits
from tests.support.example_desk.vocabulary import ExampleCapability


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def of_report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a report's further checks, ask for one, or say that it is made."""
    by, at = request.attendance, session.now()
    if request.method == "POST":
        if request.POST.get("do") == "check":
            checks.check(ref, by=by, at=at)
        else:
            checks.ask(ref, request.POST.get("reason", ""), by=by, at=at)
        return HttpResponseRedirect(reverse("example-checks", kwargs={"ref": ref}))
    file = case_file.case_file(ref, by=by, at=at)
    context = {"reasons": reading.reasons(ref, by), "waiting": reading.waiting(ref, by, at)}
    return page(request, "example_desk/checks.html", file, "example-checks", context)


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def visit(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a visit, and move it on."""
    by, at = request.attendance, session.now()
    if request.method == "POST":
        version = request.POST.get("version", "")
        version_seen = int(version) if version.isdecimal() else 0
        how, reason = request.POST.get("do", ""), request.POST.get("reason", "")
        visits.move(ref, how, version=version_seen, reason=reason, by=by, at=at)
        return HttpResponseRedirect(reverse("example-visit", kwargs={"ref": ref}))
    found = shown(visits.KIND, ref, capability=ExampleCapability.ASK, by=by, at=at)
    return render(request, "example_desk/visit.html", {"record": found})
