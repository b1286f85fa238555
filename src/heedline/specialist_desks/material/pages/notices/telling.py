"""The page for sending reporters messages about items that they reported."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.delivery.pack_data import notice_rules
from heedline.specialist_desks.material.outcomes import telling
from heedline.web.declared import Audience, open_to
from heedline.web.shell.request import OfficeRequest


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def reporters(request: OfficeRequest) -> HttpResponse:
    """Show how many messages to reporters are due, and send them when the form is posted."""
    by, at = request.attendance, session.now()
    if request.method == "POST":
        try:
            number = telling.tell(by=by, at=at)
        except NotNow as why:
            messages.error(request, str(why))
        else:
            messages.success(request, f"{number} message{'s' if number > 1 else ''} sent.")
        return HttpResponseRedirect(reverse("material-reporters"))
    rules = notice_rules()
    context = {
        "found": telling.due_messages(by=by, at=at),
        "rules": rules,
        "days": rules.tell_after.days,
        "english": rules.tell.english.values(),
    }
    return render(request, "material/reporters.html", context)
