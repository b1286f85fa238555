"""Pages for disclosures to partners: those about a report, a single disclosure and the list of partners."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.attachments import viewing
from heedline.casework.attachments.viewing import ViewableFile
from heedline.casework.dissemination import lines as dissemination_lines
from heedline.casework.dissemination import outgoing, partners, rewrap
from heedline.casework.dissemination.lines import SentFile
from heedline.casework.errors import CannotOpen, Changed
from heedline.casework.pages import case_file
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Move, NotNow
from heedline.web.components.forms import Field, Form
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.entrance.key_pages import with_passphrase
from heedline.web.office.partners import partner_forms
from heedline.web.shell.conflict import conflict, version_of
from heedline.web.shell.form_answers import shown
from heedline.web.shell.report_page import move_of, page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

#: What can be done with one thing: the fields it asks for, and the verb.
type PartnerAct = Callable[[UUID, Form, int, Attendance, datetime], None]
_ACTS: dict[str, tuple[tuple[Field, ...], PartnerAct, str]] = {
    "check": (
        partner_forms.CHECKING,
        lambda ref, form, version, by, at: outgoing.check(ref, version=version, by=by, at=at),
        "Recorded. The partner has now received it.",
    ),
    "send-back": (
        partner_forms.SENDING_BACK,
        lambda ref, form, version, by, at: outgoing.send_back(
            ref, form.text("back"), version=version, by=by, at=at
        ),
        "Not sent. Your colleague can read the reason.",
    ),
    "withdraw": (
        partner_forms.WITHDRAWING,
        lambda ref, form, version, by, at: outgoing.withdraw(
            ref, form.text("back_from_them"), version=version, by=by, at=at
        ),
        "Withdrawn. Nobody at the partner can open it.",
    ),
    "finish": (
        (),
        lambda ref, form, version, by, at: outgoing.finish(ref, version=version, by=by, at=at),
        "Finished.",
    ),
}


# --- of a report -----------------------------------------------------------------------------------------------------


@open_to(Audience.UNLOCKED)
@require_GET
def of_report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """List the disclosures written about this report, with their status."""
    by, at = request.attendance, session.now()
    found = dissemination_lines.of_report(ref, by=by, at=at)
    file = case_file.case_file(ref, by=by, at=at)
    context = {"found": found, **move_of(file.header, Move.DISSEMINATE)}
    return page(request, "office/partners_report.html", file, "report-partners", context)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def write(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Write a disclosure.

    Before it is saved, the officer reads it once more beside anything that may identify the reporter.
    """
    by, at = request.attendance, session.now()
    file = case_file.case_file(ref, by=by, at=at)
    fields = partner_forms.writing_fields(
        partners.list_partners(by=by, at=at),
        _with_derivatives(file.header.files, ref, by, at),
        life=file.header.danger_to_life is True,
    )
    kept = restored(request, fields)
    begun = partner_forms.begun_for(request.GET.get("for", ""))
    form, status, sure = kept or Form(fields, values=begun), 200, False
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        form = partner_forms.with_meeting(form, at.date())
        sure = not form.errors and request.POST.get("do") != "write"
        if not form.errors and request.POST.get("do") == "save":
            writing = partner_forms.writing_of(form)
            try:
                made = outgoing.write(ref, writing, version=version_of(request), by=by, at=at)
            except Changed as changed:
                return conflict(request, ref, form, "report-partners-write", changed)
            except (NotNow, Refused) as no:
                form, status, sure = form.but(**{"": no.reason}), 409, False
            else:
                said = (
                    "It has gone. Phone them as well."
                    if writing.urgent
                    else "Saved. A second officer will review it."
                )
                messages.success(request, said)
                return let_go(request, HttpResponseRedirect(reverse("sent", kwargs={"ref": made})), by)
        elif not form.errors:
            status = 200
    context = {"form": form, **move_of(file.header, Move.DISSEMINATE, kept)}
    if sure and context["allowed"]:
        text = f"{form.text('title')}\n{form.text('text')}"
        hints: tuple[str, ...] = ()
        with contextlib.suppress(CannotOpen):
            hints = dissemination_lines.hints(ref, text, by=by, at=at)
        context |= {
            "said": shown(form),
            "hints": hints,
            "typed": [each for one in fields for each in partner_forms.given(form, one)],
            "urgent": form.text("urgent") == "yes",
        }
        return page(request, "office/partners_sure.html", file, "report-partners", context)
    return page(request, "office/partners_write.html", file, "report-partners", context, status)


def _with_derivatives(files: int, ref: UUID, by: Attendance, at: datetime) -> tuple[ViewableFile, ...]:
    """Return a report's files that have a derivative to send."""
    if not files:
        return ()
    found = viewing.files_of(ref, by=by, at=at).files
    return tuple(one for one in found if one.derived is not None and one.derived.parts)


# --- one thing -------------------------------------------------------------------------------------------------------


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def sent(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show one disclosure with its text and the actions now possible."""
    by, at = request.attendance, session.now()
    do, status = request.POST.get("do", ""), 200
    every = tuple(each for fields, _, _ in _ACTS.values() for each in fields)
    kept = restored(request, every)
    forms = {
        name: Form(fields, kept.values if kept is not None else {}) for name, (fields, _, _) in _ACTS.items()
    }
    wrong = None  # the form whose errors stand at the top
    if request.method == "POST" and do in _ACTS:
        fields, verb, said = _ACTS[do]
        form = Form.posted(fields, request.POST.lists())
        if not form.errors:
            try:
                verb(ref, form, version_of(request), by, at)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                messages.success(request, said)
                return let_go(request, HttpResponseRedirect(reverse("sent", kwargs={"ref": ref})), by)
        else:
            status = 422
        forms[do] = wrong = form
    file = dissemination_lines.one(ref, by=by, at=at)
    hints: tuple[str, ...] = ()
    if file.can_check:
        with contextlib.suppress(CannotOpen):
            hints = dissemination_lines.hints(file.line.report, f"{file.title}\n{file.text}", by=by, at=at)
    context = {
        "file": file,
        "ref": ref,
        "rows": _rows(file),
        "hints": hints,
        "check_form": forms["check"],
        "back_form": forms["send-back"],
        "withdraw_form": forms["withdraw"],
        "form": wrong,
        "to": partners.partner(file.line.partner_id, by=by, at=at),
        "words_came_back": kept is not None,
        "form_of": form_of(by),
    }
    return render(request, "office/sent.html", context, status=status)


_ENDED = {"not-sent": "Sent back by", "withdrawn": "Withdrawn by", "done": "Finished by"}


def _rows(file: SentFile) -> list[tuple[str, str]]:
    """Return the summary rows of a disclosure, up to the stage that it has reached."""
    rows = [
        ("For", file.line.partner),
        ("Purpose", file.line.purpose),
        ("Meeting of the panel", f"{file.line.meets_on:%-d %B %Y}" if file.line.meets_on else ""),
        ("Ground", file.basis),
        ("Conditions", "\n".join(file.conditions) or "None"),
        ("Written by", file.written),
        ("Read by", file.checked or ("Nobody yet" if file.line.to_read else "")),
        ("Sent", file.sent),
        ("Opened by", file.arrived),
        ("Answered by", file.answered),
        (_ENDED.get(file.line.state, ""), file.ended),
    ]
    return [(label, words) for label, words in rows if words]


# --- partners --------------------------------------------------------------------------------------------------------


@open_to(Audience.OFFICERS)
@require_GET
def all_partners(request: OfficeRequest) -> HttpResponse:
    """List the open disclosures, with the earliest due first, and the partners.

    A disclosure is open if it is with a partner or on its way to one. No text is shown, so no keys are needed.
    """
    by, at = request.attendance, session.now()
    return render(
        request,
        "office/partners.html",
        {
            "lines": dissemination_lines.open_lines(by=by, at=at),
            "partners": partners.list_partners(by=by, at=at),
            "updated": times.clock(at),
        },
    )


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def partner(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show one partner, with forms to compare its key words and release disclosures to it again."""
    by, at = request.attendance, session.now()
    line, lost = partners.partner(ref, by=by, at=at), rewrap.lost(ref, by=by)
    comparing = Form(partner_forms.COMPARING)
    releasing = Form(partner_forms.releasing_fields(compared=line.compared))
    do, status, wrong = request.POST.get("do", ""), 200, None
    if request.method == "POST":
        posted = releasing if do == "release" else comparing
        form, said = Form.posted(posted.fields, request.POST.lists()), ""
        if not form.errors:

            def act(passphrase: str) -> None:
                nonlocal said
                if do == "release":
                    words = "" if line.compared else form.text("words")
                    said = _told(rewrap.release_again(ref, passphrase, said=words, by=by, at=at))
                else:
                    partners.compare(ref, form.text("words"), passphrase, by=by, at=at)
                    said = f"The words of {line.maker_name} are right."

            try:
                form = with_passphrase(request, form, act)
            except NotNow as no:
                form = form.but(**{form.fields[0].name: no.reason})
        if not form.errors:
            messages.success(request, said)
            return HttpResponseRedirect(reverse("partner", kwargs={"ref": ref}))
        status = 422
        releasing, comparing = (form, comparing) if do == "release" else (releasing, form)
        wrong = form
    context = {"line": line, "lost": lost, "comparing": comparing, "releasing": releasing, "form": wrong}
    return render(request, "office/partner.html", context, status=status)


def _told(done: rewrap.RewrapRun) -> str:
    failed = f" {done.failed} could not be opened with your keys: ask a colleague." if done.failed else ""
    return f"{done.released} released again. They can open them now.{failed}"
