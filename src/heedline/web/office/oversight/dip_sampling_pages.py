"""Supervisors' pages for dip sampling.

They show closed reports drawn for a second reading, and disagreements until they are resolved.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.oversight import dip_sampling, quality_results
from heedline.casework.oversight.dip_sampling import AGREE, DISAGREE, CheckLine
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.quality_questions import ANSWERS, questions_for
from heedline.web.components.forms import Field, FieldOption, Form, Radios, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.office.report.report_forms import SHORT
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

_VERDICT: tuple[Field, ...] = (
    Radios(
        name="verdict",
        label="Was it right to close it as it was closed?",
        required="Say whether you agree",
        choices=(
            FieldOption(value=AGREE, label="Yes, I agree"),
            FieldOption(value=DISAGREE, label="No, something has to be put right"),
        ),
    ),
    TextArea(
        name="reason",
        label="Why?",
        hint="Needed when you do not agree. It is sealed like the report.",
        rows=4,
        limit=SHORT,
    ),
)
PUTTING_RIGHT: tuple[Field, ...] = (
    TextArea(
        name="how",
        label="How was it corrected?",
        hint="For example, reopened and handed over. Sealed like the report.",
        required="Say how it was put right",
        rows=4,
        limit=SHORT,
    ),
)


def _judging(channel: str) -> tuple[Field, ...]:
    """Return the dip-sampling form's fields for reports from `channel`: its questions, then the verdict."""
    return (
        *(
            Radios(
                name=one.code,
                label=one.words,
                required="Choose an answer",
                choices=tuple(FieldOption(value=code, label=words) for code, words in ANSWERS.items()),
                small=True,
                inline=True,
            )
            for one in questions_for(channel)
        ),
        *_VERDICT,
    )


@open_to(Audience.OFFICERS)
@require_GET
def results(request: OfficeRequest) -> HttpResponse:
    """Show the results of dip sampling over the last few weeks."""
    found = quality_results.results(by=request.attendance, at=session.now())
    context = {"found": found, "weeks": quality_results.WEEKS, "recent": quality_results.RECENT}
    return render(request, "office/check_results.html", context)


@open_to(Audience.OFFICERS)
@require_GET
def checks(request: OfficeRequest) -> HttpResponse:
    """List the dip samples waiting to be read or resolved."""
    lines = dip_sampling.waiting(by=request.attendance)
    return render(
        request,
        "office/checks.html",
        {
            "unread": [line for line in lines if not line.verdict],
            "disputed": [line for line in lines if line.verdict],
        },
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def check(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a dip sample, and record the supervisor's verdict or the resolution of a disagreement.

    The supervisor agrees with the closure or not. A disagreement stays open until its resolution is recorded.
    """
    by = request.attendance
    line = dip_sampling.one(ref, by=by)
    fields = PUTTING_RIGHT if line.verdict else _judging(line.channel)
    kept = restored(request, fields)
    form, status = kept or Form(fields), 200
    if request.method == "POST":
        form = Form.posted(fields, request.POST.lists())
        if not line.verdict and form.text("verdict") == DISAGREE and not form.text("reason").strip():
            form = form.but(reason="Say why you do not agree")
        status = 422
        if not form.errors:
            try:
                return let_go(request, _done(request, ref, line, form), by)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
    context = {"line": line, "form": form, "form_of": form_of(by), "words_came_back": kept is not None}
    return render(request, "office/check.html", context, status=status)


def _done(request: OfficeRequest, ref: UUID, line: CheckLine, form: Form) -> HttpResponse:
    by, at = request.attendance, session.now()
    if line.verdict:
        dip_sampling.put_right(ref, form.text("how"), by=by, at=at)
        messages.success(request, f"{line.short} has been corrected.")
    else:
        answers = {one.code: form.text(one.code) for one in questions_for(line.channel)}
        dip_sampling.judge(ref, form.text("verdict"), form.text("reason").strip(), answers, by=by, at=at)
        messages.success(request, f"You have reviewed {line.short}.")
    return HttpResponseRedirect(reverse("checks"))
