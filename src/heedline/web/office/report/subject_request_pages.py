"""Pages for the register of data subject requests and for a single request."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import SealingStopped
from heedline.casework.retention import keeping, subject_requests
from heedline.casework.subjects import reading
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import DateInput, Field, FieldOption, Form, Radios, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.shell.request import OfficeRequest

THIN = "Nothing can be sealed to this desk at the moment: it has too few officers with keys. Tell a steward."


def _opening(request: OfficeRequest) -> tuple[Field, ...]:
    return (
        TextInput(
            name="reference",
            label="Number of the request",
            hint="The data-protection officer’s number for it, like DPO-2026-041. Never a name.",
            required="Enter the number of the request",
            width=20,
        ),
        Radios(
            name="right",
            label="What do they ask for?",
            required="Choose what they are asking for",
            choices=tuple(
                FieldOption(value=code, label=words) for code, words in keeping.rules().rights.items()
            ),
            small=True,
        ),
        DateInput(name="received", label="When was it received?", required="Enter the date it was received"),
        Radios(
            name="desk",
            label="Which desk will search for the data?",
            required="Choose a desk",
            choices=tuple(
                FieldOption(value=str(desk.id), label=desk.name) for desk in request.attendance.desks
            ),
            small=True,
        ),
    )


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def register(request: OfficeRequest) -> HttpResponse:
    """List the data subject requests at the officer's desks, open ones first, and a form for a new one."""
    by, at = request.attendance, session.now()
    fields = _opening(request)
    form, status = Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        received = form.day("received")
        if not form.errors and received is not None:
            try:
                made = subject_requests.open_one(
                    form.text("reference"),
                    form.text("right"),
                    received,
                    desk=UUID(form.text("desk")),
                    by=by,
                    at=at,
                )
            except NotNow as no:
                form = form.but(reference=no.reason)
            except SealingStopped:
                form, status = form.but(**{"": THIN}), 409
            else:
                messages.success(request, "The request has been added to the register.")
                return HttpResponseRedirect(reverse("subject", kwargs={"ref": made}))
    lines = subject_requests.all_of(by=by, at=at)
    return render(request, "office/subjects.html", {"lines": lines, "form": form}, status=status)


_FINDING: tuple[Field, ...] = (
    TextInput(
        name="short",
        label="Reference of a report that concerns them",
        hint="As shown at the top of the report, such as ABCD-2345",
        required="Enter the reference",
        width=10,
    ),
)


def _answering() -> tuple[Field, ...]:
    return (
        Radios(
            name="answer",
            label="What will they be told?",
            hint="The data protection officer sends this text.",
            required="Choose what they are told",
            choices=tuple(
                FieldOption(value=code, label=one.words) for code, one in keeping.rules().answers.items()
            ),
            small=True,
        ),
    )


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def one(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show one data subject request, with the reports found and the answer."""
    by, at = request.attendance, session.now()
    fields = {"find": _FINDING, "answer": _answering()}
    forms = {name: Form(some) for name, some in fields.items()}
    do, status = request.POST.get("do", ""), 200
    if request.method == "POST" and do in fields:
        form = Form.posted(fields[do], request.POST.lists())
        if not form.errors:
            try:
                if do == "find":
                    subject_requests.found(ref, form.text("short"), by=by, at=at)
                else:
                    subject_requests.answer(ref, form.text("answer"), by=by, at=at)
            except SealingStopped:
                form = form.but(**{"": THIN})
            except (NotNow, Refused) as no:
                form = form.but(**{"short" if do == "find" else "answer": no.reason})
            else:
                messages.success(request, "Noted.")
                return HttpResponseRedirect(reverse("subject", kwargs={"ref": ref}))
        forms[do], status = form, 422
    line = subject_requests.one(ref, by=by, at=at)
    answers = keeping.rules().answers
    words = answers[line.answer].words if line.answer in answers else ""
    refs = [found for found, _ in line.found or ()]
    sharing = reading.reports_sharing(refs, by=by) if refs and not line.answer else ()
    context = {"line": line, "forms": forms, "words": words, "form": forms.get(do), "sharing": sharing}
    return render(request, "office/subject.html", context, status=status)
