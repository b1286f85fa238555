"""The frame of every page of a report: the identity bar, the tabs and the way back to the queue."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from heedline.casework.access import session
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.pages.desk_tabs import desk_tabs
from heedline.web.entrance.kept_words import form_of
from heedline.web.shell.queue_links import came_from, from_query, queue_address
from heedline.web.shell.report_bar import facts_of, tabs_of
from heedline.web.shell.request import OfficeRequest


def page(
    request: OfficeRequest,
    template: str,
    file: CaseFile,
    tab: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """Render a page of a report with its identity bar and tabs.

    The page also records which officer its form belongs to.
    """
    code, query = came_from(request), from_query(request)
    # an exercise is no report of a specialist desk
    practised = getattr(request, "practice", "")
    of_desks = () if practised else desk_tabs(file.ref, by=request.attendance, at=session.now())
    return render(
        request,
        template,
        {
            "file": file,
            "facts": facts_of(file),
            "tabs": tabs_of(file, tab, query, of_desks),
            "from": code,
            "query": query,
            "queue_href": queue_address(code),
            "form_of": form_of(request.attendance),
            **context,
        },
        status=status,
    )
