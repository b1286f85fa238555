"""The page on which a supervisor of the round-the-clock desk opens and closes the public form of an incident."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.intake import incidents
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import FieldOption, Form, Radios, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.shell.queue_links import view_link
from heedline.web.shell.request import OfficeRequest


def _fields() -> tuple[TextInput, TextInput, Radios]:
    return (
        TextInput(
            name="name",
            label="Name that the public will see",
            hint="Such as: Explosion at Market Square, Newtown. Name no person.",
            required="Enter a name",
        ),
        TextInput(
            name="slug",
            label="Address on the public site, after /incident/",
            hint="Small letters, digits and hyphens. Browsers keep it in their history. It cannot be used again.",
            width=20,
            required="Enter an address",
        ),
        Radios(
            name="kind",
            label="Kind of incident",
            required="Choose the kind of incident",
            choices=tuple(
                FieldOption(value=code, label=one.name)
                for code, one in load_pack(settings.PACK).incidents.items()
            ),
            small=True,
        ),
    )


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def incident_list(request: OfficeRequest) -> HttpResponse:
    """List the incidents with their numbers of reports, and open one in one act."""
    at, by = session.now(), request.attendance
    may = incidents.may_open(by)
    if request.method == "GET" and not may:
        raise NotHere
    fields = _fields()
    form = Form(fields)
    if request.method == "POST":
        form = Form.posted(fields, request.POST.lists())
        if not form.errors or not may:  # who may not is refused, and that is logged
            try:
                incidents.open_incident(form.text("name"), form.text("slug"), form.text("kind"), by=by, at=at)
            except NotNow as no:
                form = form.but(**{no.about: no.reason})
            else:
                messages.success(
                    request, "The form is open. It appears on the public site within a few seconds."
                )
                return HttpResponseRedirect(reverse("incidents"))
    rows = [
        {"line": one, "href": view_link(one.desk_code, {"incident": str(one.id)})}
        for one in incidents.listed(by=by)
    ]
    return render(
        request,
        "office/incidents.html",
        {"rows": rows, "form": form, "updated": times.clock(at)},
        status=422 if form.errors else 200,
    )


@open_to(Audience.UNLOCKED)
@require_POST
def close(request: OfficeRequest) -> HttpResponse:
    """Close an incident's public form."""
    try:
        ref = UUID(request.POST.get("incident", ""))
    except ValueError:
        raise NotHere from None
    try:
        incidents.close_incident(ref, by=request.attendance, at=session.now())
    except NotNow as no:
        messages.error(request, no.reason)
    else:
        messages.success(request, "The form is closed. Reports that were already begun can still be sent.")
    return HttpResponseRedirect(reverse("incidents"))
