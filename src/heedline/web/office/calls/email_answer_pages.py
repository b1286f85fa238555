"""The page Reply by email of a request for advice: the adviser's number and what comes next, a preview, and sending."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.contact import adviser_letters, answering_by_email
from heedline.casework.contact.adviser_letters import AdviserLetter
from heedline.casework.contact.call_back import EMAIL_TROUBLE
from heedline.casework.delivery.carrying import WRITTEN_TO_FOLDER
from heedline.casework.errors import Changed, NotHere
from heedline.casework.pages import case_file
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, FieldOption, Form, Radios, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.shell.conflict import conflict, version_of
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

#: Characters of a telephone number with spaces and brackets.
_NUMBER = 25


def _fields(kind: str) -> tuple[Field, ...]:
    coming = adviser_letters.next_steps(kind).items()
    return (
        TextInput(
            name="number",
            label="On which number can they call you?",
            hint="It stands in the email.",
            required="Enter the number on which they can call you",
            limit=_NUMBER,
        ),
        Radios(
            name="coming",
            label="What comes next?",
            required="Choose what comes next",
            choices=tuple(FieldOption(value=code, label=words) for code, words in coming),
            small=True,
        ),
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def email_answer(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Write, preview and send the first email to the organisation."""
    by, at = request.attendance, session.now()
    fields = _fields(_kind(ref, request))
    if request.method == "GET":
        kept = restored(request, fields)
        return _show(request, ref, kept or Form(fields), words_came_back=kept is not None)
    form, do = Form.posted(fields, request.POST.lists()), request.POST.get("do")
    if form.errors or do == "write":
        return _show(request, ref, form, 422 if form.errors else 200)
    number, coming = form.text("number"), form.text("coming")
    try:
        if do != "send":
            letter = answering_by_email.preview(ref, number, coming, by=by, at=at)
            return _show(request, ref, form, letter=letter)
        how, said = answering_by_email.send(ref, number, coming, version=version_of(request), by=by, at=at)
        if how not in EMAIL_TROUBLE:
            done = said if said == WRITTEN_TO_FOLDER else "The mail server accepted the email."
            messages.success(request, done)
            return let_go(request, HttpResponseRedirect(with_queue(request, "report-answer", ref=ref)), by)
        letter = answering_by_email.preview(ref, number, coming, by=by, at=at)
        return _show(request, ref, form, 409, letter=letter)
    except Changed as changed:
        return conflict(request, ref, form, "report-email", changed)
    except (NotNow, Refused) as no:
        return _show(request, ref, form.but(**{getattr(no, "about", ""): no.reason}), 409)


def _kind(ref: UUID, request: OfficeRequest) -> str:
    """Return the kind of a request that waits for its first answer or has it. Raises NotHere for any other report."""
    file = case_file.case_file(ref, by=request.attendance, at=session.now())
    if file.answers.first_answer is None:
        raise NotHere
    return file.header.kind


def _show(
    request: OfficeRequest,
    ref: UUID,
    form: Form,
    status: int = 200,
    *,
    letter: AdviserLetter | None = None,
    words_came_back: bool = False,
) -> HttpResponse:
    file = case_file.case_file(ref, by=request.attendance, at=session.now())
    context = {
        "form": form,
        "letter": letter,
        "answer": file.answers.first_answer,
        "words_came_back": words_came_back,
    }
    return page(request, "office/email_answer.html", file, "report-email", context, status)
