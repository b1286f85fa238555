"""An examiner's own page for breaks and opt-outs, and the welfare lead's page on examiners' viewing time."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.specialist_desks.material.examination import examiner_days, exposure
from heedline.specialist_desks.material.examination import welfare as welfare_of
from heedline.specialist_desks.material.examination.law import load_law
from heedline.specialist_desks.material.pages.examination_form import many, shown_categories
from heedline.web.components.forms import Form
from heedline.web.declared import Audience, open_to
from heedline.web.shell.request import OfficeRequest


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def welfare(request: OfficeRequest) -> HttpResponse:
    """Show the examiner's viewing time, start a break or save opt-outs."""
    by, at = request.attendance, session.now()
    fields = (shown_categories("Don't show me items that may contain any of these", "categories"),)
    mine = welfare_of.mine(by=by, at=at)
    if request.method == "POST":
        if request.POST.get("do") == "break":
            welfare_of.take_break(by=by, at=at)
            messages.success(request, "Your break has begun.")
        else:
            welfare_of.opt_out(many(Form.posted(fields, request.POST.lists()), "categories"), by=by, at=at)
            messages.success(request, "Your choice is saved.")
        return HttpResponseRedirect(reverse("material-welfare"))
    return render(
        request,
        "material/welfare.html",
        {
            "mine": mine,
            "form": Form(fields, values={"categories": sorted(mine.opted_out)}),
            "until_break": exposure.UNTIL_BREAK,
            "length": int(exposure.BREAK.total_seconds() // 60),
            "a_day": exposure.A_DAY,
        },
    )


@open_to(Audience.OFFICERS)
@require_GET
def shifts(request: OfficeRequest) -> HttpResponse:
    """Show each examiner's viewing time, and how much of it was spent on severe material."""
    found = examiner_days.of_all(by=request.attendance, at=session.now())
    law = load_law(settings.PACK)
    severe = [words.lower() for code, words in law.categories.items() if code in law.severe]
    return render(request, "material/shifts.html", {"found": found, "severe": severe})
