"""Requests to have a reporter traced where life is at risk, and the statement of data held about them."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.identity import trace_requests
from heedline.casework.identity.requests import LONGEST
from heedline.casework.identity.trace_requests import TraceApplication
from heedline.casework.pages import identity_requests
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, FieldOption, Form, Radios, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words
from heedline.web.office.report.identity_ask_page import AskedFor, asking_page
from heedline.web.shell.request import OfficeRequest


def asking_fields() -> tuple[Field, ...]:
    """Return the fields for a trace request."""
    grounds = load_pack(settings.PACK).tracing.grounds
    return (
        Radios(
            name="ground",
            label="Whose life is at risk?",
            required="Choose whose life is at risk",
            choices=tuple(FieldOption(value=code, label=words) for code, words in grounds.items()),
            small=True,
        ),
        TextArea(
            name="necessity",
            label="Why is it necessary now?",
            hint="Say what you would do if you found them. Do not include anything that is only in the report.",
            required="Explain why it is necessary",
            rows=4,
            limit=LONGEST,
        ),
        TextArea(
            name="tried",
            label="What was tried first?",
            hint="For example, a question through their code, a call back, their identity or other sources.",
            required="Explain what was tried first",
            rows=3,
            limit=LONGEST,
        ),
        TextArea(
            name="proportion",
            label="Why is it proportionate?",
            hint="They were told that we do not keep their IP address or device details. What would the effect be on them, on their safety, and on others who may want to report?",
            required="Explain why it is proportionate",
            rows=4,
            limit=LONGEST,
        ),
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def of_report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a report's trace requests and the decisions on them, and the form for a new request.

    The page is the same for every report.
    """
    asked_for = AskedFor(
        route="report-trace",
        write="office/trace_report.html",
        sure="office/trace_sure.html",
        fields=asking_fields(),
        ask=lambda ref, form, by, at: trace_requests.ask(ref, _asking(form), by=by, at=at),
        seen=lambda ref, by, at: identity_requests.traces_of(ref, by=by, at=at),
        more={"elsewhere": load_pack(settings.PACK).tracing.elsewhere},
    )
    return asking_page(request, ref, asked_for)


def _asking(form: Form) -> TraceApplication:
    return TraceApplication(
        form.text("ground"), form.text("necessity"), form.text("tried"), form.text("proportion")
    )


@open_to(Audience.OFFICERS)
@require_GET
def statement(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a one-page printable statement of the data held about the reporter.

    It contains nothing of the report, so no keys are needed.
    """
    by = request.attendance
    try:
        found = trace_requests.statement(ref, by=by, at=session.now())
    except NotNow as no:
        messages.error(request, no.reason)
        return HttpResponseRedirect(reverse("identity"))
    return render(request, "office/trace_statement.html", {"found": found})
