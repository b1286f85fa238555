"""Retention pages: the review queue, a report's deadlines and holds, and disposal by two people."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.dissemination import lines as dissemination_lines
from heedline.casework.retention import keeping
from heedline.casework.retention import reading as retention_reading
from heedline.casework.retention.keeping import Keep
from heedline.casework.retention.reading import KeepingFile
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, FieldOption, Form, Radios, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.shell.report_page import page_beside
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

LONGEST = 2_000
#: Where a reason stands why it cannot be done.
_FIRST = {"keep": "group", "hold": "hold", "propose": "end", "release": "over"}


def _keeping(file: KeepingFile) -> tuple[Field, ...]:
    pack = keeping.rules()
    return (
        Radios(
            name="group",
            label="In which group?",
            required="Choose the group",
            choices=tuple(
                FieldOption(
                    value=code, label=group.name, hint=f"Next review by {file.latest[code]:%-d %B %Y}"
                )
                for code, group in pack.groups.items()
            ),
            small=True,
        ),
        Radios(
            name="reason",
            label="Why is it kept?",
            required="Choose why it is kept",
            choices=tuple(FieldOption(value=code, label=words) for code, words in pack.keep_reasons.items()),
            small=True,
        ),
        TextArea(
            name="words",
            label="In your words",
            required="Give the reason for keeping it",
            rows=3,
            limit=LONGEST,
        ),
    )


def _holding() -> tuple[Field, ...]:
    return (
        Radios(
            name="hold",
            label="What for?",
            required="Choose what it is held for",
            choices=tuple(
                FieldOption(value=code, label=one.words) for code, one in keeping.rules().holds.items()
            ),
            small=True,
        ),
        TextArea(
            name="case",
            label="For which case, and who asked?",
            required="Say who asked",
            rows=2,
            limit=LONGEST,
        ),
    )


def _ending() -> tuple[Field, ...]:
    return (
        Radios(
            name="end",
            label="Why should it be disposed of?",
            required="Choose why it should be disposed of",
            choices=tuple(
                FieldOption(value=code, label=words)
                for code, words in keeping.rules().dispose_reasons.items()
            ),
            small=True,
        ),
    )


def _releasing(file: KeepingFile) -> tuple[Field, ...]:
    return (
        Radios(
            name="which",
            label="Which hold do you want to end?",
            required="Choose the hold to end",
            choices=tuple(
                FieldOption(value=str(hold.id), label=hold.reason)
                for hold in file.holds
                if hold.released_on is None
            ),
            small=True,
        ),
        TextArea(
            name="over",
            label="Why is the hold over?",
            required="Give the reason for ending the hold",
            rows=2,
            limit=LONGEST,
        ),
    )


@open_to(Audience.OFFICERS)
@require_GET
def review_queue(request: OfficeRequest) -> HttpResponse:
    """List the reports due for review, oldest first, and the proposals awaiting a second person."""
    found = retention_reading.queue(by=request.attendance, at=session.now())
    return render(request, "office/keeping_queue.html", {"found": found})


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def of_report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show one report's retention deadlines, holds and reviews, with the forms to change them."""
    by, at = request.attendance, session.now()
    file = retention_reading.of_report(ref, by=by, at=at)
    fields = {"keep": _keeping(file), "hold": _holding(), "propose": _ending(), "release": _releasing(file)}
    kept = restored(request, tuple(each for some in fields.values() for each in some))
    values = kept.values if kept is not None else {}
    forms = {name: Form(some, values) for name, some in fields.items()}
    open_at = next((do for do, some in fields.items() if any(values.get(each.name) for each in some)), "")
    do, status = request.POST.get("do", ""), 200
    if request.method == "POST" and do in fields:
        form = Form.posted(fields[do], request.POST.lists())
        if not form.errors:
            try:
                said = _act(do, ref, form, request)
            except (NotNow, Refused) as no:
                form = form.but(**{_FIRST[do]: no.reason})
            else:
                messages.success(request, said)
                return let_go(
                    request, HttpResponseRedirect(reverse("report-keeping", kwargs={"ref": ref})), by
                )
        forms[do], open_at, status = form, do, 422
    context = {
        "kept_file": file,
        "partners": dissemination_lines.sent_about(ref, by=by),
        "forms": forms,
        "form": forms.get(open_at),
        "open_at": open_at,
        "form_of": form_of(by),
        "words_came_back": kept is not None,
    }
    return page_beside(
        request, ref, "report-keeping", "office/keeping.html", "office/keeping_alone.html", context, status
    )


def _act(do: str, ref: UUID, form: Form, request: OfficeRequest) -> str:
    by, at = request.attendance, session.now()
    if do == "keep":
        keeping.keep(ref, Keep(form.text("group"), form.text("reason"), form.text("words")), by=by, at=at)
        return "It is kept until its next review."
    if do == "hold":
        keeping.hold(ref, form.text("hold"), form.text("case"), by=by, at=at)
        return "It is held. Nobody can dispose of it until a supervisor releases it."
    if do == "release":
        keeping.release(ref, UUID(form.text("which")), form.text("over"), by=by, at=at)
        return "The hold is released."
    keeping.propose(ref, form.text("end"), by=by, at=at)
    return "Proposed. Another supervisor must decide."


_DECIDING: tuple[Field, ...] = (
    Radios(
        name="decision",
        label="What do you decide?",
        required="Choose what you decide",
        choices=(
            FieldOption(
                value="dispose",
                label="Dispose of it",
                hint="Nobody can bring it back after the day on the certificate",
            ),
            FieldOption(
                value="keep", label="Keep it", hint="The proposal will end. The review date will not change"
            ),
        ),
        small=True,
    ),
)


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def decide(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Confirm a colleague's proposal, or decide to keep the report."""
    by, at = request.attendance, session.now()
    line = retention_reading.proposal(ref, by=by)
    form, status = Form(_DECIDING), 200
    if request.method == "POST":
        form, status = Form.posted(_DECIDING, request.POST.lists()), 422
        if not form.errors:
            try:
                gone = keeping.decide(ref, dispose=form.text("decision") == "dispose", by=by, at=at)
            except (NotNow, Refused) as no:
                form = form.but(decision=no.reason)
            else:
                messages.success(request, "The report has been disposed of." if gone else "It is kept.")
                where = reverse("certificate", kwargs={"ref": ref}) if gone else reverse("keeping")
                return HttpResponseRedirect(where)
    return render(request, "office/keeping_decide.html", {"line": line, "form": form}, status=status)


# --- certificates ----------------------------------------------------------------------------------------------------


@open_to(Audience.OFFICERS)
@require_GET
def certificates(request: OfficeRequest) -> HttpResponse:
    """List the disposal certificates for the officer's desks, or for all desks if the user is an overseer."""
    found = retention_reading.all_certificates(by=request.attendance)
    return render(request, "office/certificates.html", {"lines": found})


@open_to(Audience.OFFICERS)
@require_GET
def certificate(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show one disposal certificate for reading and printing."""
    file = retention_reading.certificate(ref, by=request.attendance)
    names = {
        "proposed": file.names.get(file.says.proposed_by, "") if file.says else "",
        "confirmed": file.names.get(file.says.confirmed_by, "") if file.says else "",
    }
    return render(request, "office/certificate.html", {"file": file, "names": names})


@open_to(Audience.OFFICERS)
@require_GET
def certificate_file(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Download one disposal certificate with everything needed to verify it."""
    file = retention_reading.certificate(ref, by=request.attendance)
    answer = HttpResponse(file.paper, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="certificate-{ref}.json"'
    return answer
