"""The page on which welfare leads see officers' viewing time."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from heedline.casework.access import session
from heedline.casework.people import viewing_minutes
from heedline.web.declared import Audience, open_to
from heedline.web.shell.request import OfficeRequest


@open_to(Audience.OFFICERS)
@require_GET
def welfare(request: OfficeRequest) -> HttpResponse:
    """Show each officer's file-viewing time."""
    found = viewing_minutes.totals(by=request.attendance, at=session.now())
    return render(request, "office/welfare.html", {"totals": found})
