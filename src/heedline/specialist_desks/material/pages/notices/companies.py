"""The company directory page, where officers also test channels."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.delivery.attempts import AttemptOutcome
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.notices import channels
from heedline.specialist_desks.material.pages.notices.notice_form import channel_words
from heedline.specialist_desks.material.vocabulary import MaterialCapability
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.shell.request import OfficeRequest


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def companies(request: OfficeRequest) -> HttpResponse:
    """Show the company directory. On POST, test a channel or show a signing secret."""
    by, at = request.attendance, session.now()
    shown = {}
    if request.method == "POST" and (code := request.POST.get("secret", "")):
        shown = {"code": code, "secret": channels.secret_for_company(code, by=by)}
    elif request.method == "POST":
        code, _, number = request.POST.get("test", "").partition(":")
        try:
            carried = channels.test_channel(code, int(number) if number.isdecimal() else -1, by=by, at=at)
        except NotNow as why:
            messages.error(request, str(why))
        else:
            if carried.outcome is AttemptOutcome.ACCEPTED:
                messages.success(request, "The channel has accepted the test.")
            else:
                messages.error(request, "The channel has not accepted the test.")
        return HttpResponseRedirect(reverse("material-companies"))
    found = [
        {
            "line": one,
            "channels": [
                {
                    "number": number,
                    "words": channel_words(one.company, number, one.tests, at),
                    "tested": times.day_and_clock(one.tests[number].at, at) if number in one.tests else "",
                    "can_test": channel.kind in ("email", "webhook"),
                }
                for number, channel in enumerate(one.company.channels)
            ],
            "hours": "Always"
            if one.company.hours is None
            else f"{one.company.hours[0]:%H:%M} to {one.company.hours[1]:%H:%M}, Monday to Friday, {one.company.zone.key}",
        }
        for one in channels.companies(by=by, at=at)
    ]
    return render(
        request,
        "material/companies.html",
        {"found": found, "shown": shown, "leads": by.may(MaterialCapability.LEAD)},
    )
