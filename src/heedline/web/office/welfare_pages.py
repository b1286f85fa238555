"""The page for those who look after the welfare of officers."""

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
    """Show for how long each officer has viewed files."""
    found = viewing_minutes.totals(by=request.attendance, at=session.now())
    return render(request, "office/welfare.html", {"totals": found})
