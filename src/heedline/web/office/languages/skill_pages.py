"""Officers' skills in languages other than English (`/me/languages/`).

They are confirmed by a supervisor in the rota, or by a steward here.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from heedline.casework.access.session import now
from heedline.casework.people import skills
from heedline.casework.report import report_language
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.web.components.forms import FieldOption, Form, Select
from heedline.web.declared import Audience, open_to
from heedline.web.shell.request import OfficeRequest


def _stating(said: set[str]) -> tuple[Select]:
    first = load_pack(settings.PACK).first_language
    return (
        Select(
            name="language",
            label="Another language that you speak",
            required="Choose a language",
            blank="Choose a language",
            choices=tuple(
                FieldOption(value=code, label=name)
                for code, name in report_language.choices()
                if code not in said and code != first
            ),
        ),
    )


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def mine(request: OfficeRequest) -> HttpResponse:
    """Add or remove one of the officer's languages."""
    by = request.attendance
    said = skills.mine(by=by)
    fields = _stating({one.language for one in said})
    form = Form(fields)
    if request.method == "POST":
        if request.POST.get("do") == "withdraw":
            skills.withdraw(request.POST.get("language", "")[:8], by=by, at=now())
            messages.success(request, "Removed. No more work in this language will be assigned to you.")
            return HttpResponseRedirect(reverse("my-languages"))
        form = Form.posted(fields, request.POST.lists())
        if not form.errors:
            try:
                skills.state(form.text("language"), by=by, at=now())
            except Refused as no:
                form = form.but(language=no.reason)
            else:
                messages.success(request, "Saved. A supervisor of your desk or a steward must confirm it.")
                return HttpResponseRedirect(reverse("my-languages"))
    context = {"mine": said, "form": form, "to_confirm": skills.to_confirm(by=by)}
    return render(request, "office/my_languages.html", context, status=422 if form.errors else 200)


@open_to(Audience.OFFICERS)
@require_POST
def confirm(request: OfficeRequest, skill: UUID) -> HttpResponse:
    """Confirm a colleague's language skill, then return to the previous page."""
    skills.confirm(skill, by=request.attendance, at=now())
    messages.success(request, "Confirmed in your name.")
    return HttpResponseRedirect(reverse("rota" if request.attendance.desks else "my-languages"))
