"""Pages on which an officer makes an identity or trace request, to be decided by two people.

The officer reads the request once more before it is sent, because it calls an authoriser by day or night and
stays in the history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.pages import case_file
from heedline.casework.pages.access_history import LookLine
from heedline.casework.pages.identity_requests import RequestFile
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, Form
from heedline.web.entrance.kept_words import let_go
from heedline.web.office.report.report_words import act_words
from heedline.web.shell.form_answers import shown
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored


@dataclass(frozen=True)
class AskedFor:
    """The settings of a page for identity or trace requests.

    `route` is its URL name. `write` and `sure` are its two templates. `ask` sends the request that the form
    holds. `seen` returns the earlier requests, and why no request can be made now ("" if one can).
    """

    route: str
    write: str
    sure: str
    fields: tuple[Field, ...]
    ask: Callable[[UUID, Form, Attendance, datetime], object]
    seen: Callable[[UUID, Attendance, datetime], tuple[tuple[RequestFile, ...], str]]
    more: Mapping[str, object] = field(default_factory=dict)


def told_of(file: RequestFile) -> dict[str, object]:
    """Return the template context for a request, with its history as text."""
    return {"file": file, "line": file.line, "history": _lines(file.history)}


def _lines(history: tuple[LookLine, ...]) -> list[dict[str, object]]:
    return [
        {"when": one.when_words, "by": one.by, "act": act_words(one.act), "refused": one.refused}
        for one in history
    ]


def asking_page(request: OfficeRequest, ref: UUID, asked_for: AskedFor) -> HttpResponse:
    """Show earlier requests and decisions, and a form to write, review and send a new request.

    The page is the same for every report.
    """
    by, at = request.attendance, session.now()
    kept = restored(request, asked_for.fields)
    form = kept or Form(asked_for.fields)
    status, sure = 200, False
    if request.method == "POST":
        form, status = Form.posted(asked_for.fields, request.POST.lists()), 422
        sure = not form.errors and request.POST.get("do") != "write"
        if not form.errors and request.POST.get("do") == "ask":
            try:
                asked_for.ask(ref, form, by, at)
            except (NotNow, Refused) as no:
                form, status, sure = form.but(**{"": no.reason}), 409, False
            else:
                messages.success(request, "Request sent. The authorisers on duty are being paged.")
                return let_go(request, HttpResponseRedirect(_about(request, ref, asked_for.route)), by)
        elif not form.errors:
            status = 200
    file = case_file.case_file(ref, by=by, at=at)
    asked, why_not = asked_for.seen(ref, by, at)
    context = {
        "traced": file.history.trace_request,
        "form": form,
        "route": asked_for.route,
        "requests": [told_of(one) for one in asked],
        "why_not": why_not,
        "words_came_back": kept is not None,
        "said": shown(form),
        "typed": [(one.name, form.text(one.name)) for one in asked_for.fields],
        **asked_for.more,
    }
    template = asked_for.sure if sure and not why_not else asked_for.write
    return page(request, template, file, asked_for.route, context, status)


def _about(request: OfficeRequest, ref: UUID, route: str) -> str:
    return with_queue(request, route, ref=ref)
