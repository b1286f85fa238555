"""Overseers' page on how fast each desk takes and closes reports.

It names no report and no officer.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from heedline.casework.access import session
from heedline.casework.pages.board import throughput
from heedline.web.declared import Audience, open_to
from heedline.web.office.board import throughput_words
from heedline.web.office.oversight.oversight_pages import tabs_of
from heedline.web.shell.request import OfficeRequest


@open_to(Audience.OFFICERS)
@require_GET
def figures(request: OfficeRequest) -> HttpResponse:
    """Show the figures for every desk that reads reports."""
    found = throughput.of_every_desk(by=request.attendance, at=session.now())
    desks = [{"name": one.name, "throughput": throughput_words.tables(one.figures)} for one in found]
    return render(request, "office/oversight_figures.html", {"tabs": tabs_of(request), "desks": desks})
