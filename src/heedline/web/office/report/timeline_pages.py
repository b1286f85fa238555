"""The timeline of a report, and a printable view of the report with its timeline."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from heedline.casework.access import session
from heedline.casework.identity.lines import when_words
from heedline.casework.pages import case_file
from heedline.casework.pages.timeline import TimelineKind, only
from heedline.packs import load_pack
from heedline.web.declared import Audience, open_to
from heedline.web.shell.report_bar import facts_of
from heedline.web.shell.report_left import told_of
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.timeline_words import KINDS, timeline_entries

OLDEST = "oldest"


def _chosen(request: OfficeRequest) -> list[str]:
    """Return the kinds of entries selected in the filter.

    Unknown kinds are ignored. If none is selected, all are shown.
    """
    return [kind for kind in TimelineKind if kind in request.GET.getlist("kind")]


@open_to(Audience.UNLOCKED)
@require_GET
def timeline(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show everything that happened to a report in one list, newest or oldest first, filtered by kind."""
    file = case_file.case_file(ref, by=request.attendance, at=session.now())
    chosen, oldest = _chosen(request), request.GET.get("order") == OLDEST
    shown = only(file.history.timeline, chosen, newest=not oldest)
    context = {
        "entries": timeline_entries(shown, file.header.kind),
        "kinds": [{"code": code, "text": text, "on": code in chosen} for code, text in KINDS.items()],
        "oldest": oldest,
        "total": len(file.history.timeline),
    }
    return page(request, "office/timeline.html", file, "report-timeline", context)


@open_to(Audience.UNLOCKED)
@require_GET
def printed(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a printable page of a report and its timeline.

    It has the marking, and who printed it and when. This is logged as a print.
    """
    by, at = request.attendance, session.now()
    file = case_file.printed(ref, by=by, at=at)
    context = {
        "header": file.header,
        "answers": file.answers,
        "facts": facts_of(file.header),
        "told": told_of(file.answers),
        "entries": timeline_entries(only(file.history.timeline, (), newest=False), file.header.kind),
        "marking": load_pack(settings.PACK).service.marking,
        "files": file.files,
        "printed_by": by.name,
        "printed_at": when_words(at),
    }
    return render(request, "office/report_print.html", context)
