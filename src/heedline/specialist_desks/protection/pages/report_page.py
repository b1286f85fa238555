"""The page on which the report of a visit is written, previewed and sent to the organisation."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.contact.call_back import EMAIL_TROUBLE
from heedline.casework.contact.messages import LONGEST
from heedline.casework.errors import Changed
from heedline.casework.report.opening import short_name
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.protection import report_sending, visits
from heedline.web.components.forms import Field, FieldOption, Form, Radios, TextArea, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.shell.conflict import version_of
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

_NUMBER: Final = 25
_NO_EMAIL: Final = (
    "The report is in the organisation’s mailbox. No email could be sent: call them to say that it is there."
)
_UNSENT: Final = "The report is in the organisation’s mailbox, but they do not know it yet. {} Call them."


def _fields(requests: tuple[UUID, ...]) -> tuple[Field, ...]:
    return (
        TextArea(
            name="summary",
            label="What does the organisation read?",
            hint="The recommendations follow it. The whole report is read with the code of the request only.",
            required=report_sending.NO_SUMMARY,
            rows=10,
            limit=LONGEST,
            names=True,
        ),
        TextInput(
            name="number",
            label="On which number can they call you?",
            hint="It stands in the email that says that the report is there.",
            required="Enter the number on which they can call you",
            limit=_NUMBER,
        ),
        Radios(
            name="request",
            label="Into which request’s mailbox?",
            required="Choose a request",
            choices=tuple(FieldOption(value=str(one), label=short_name(one)) for one in requests),
            small=True,
        ),
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def send_report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Write, preview and send the report of a visit."""
    by, at = request.attendance, session.now()
    told = visits.opened(ref, by=by, at=at)
    back = reverse("protection-visit", kwargs={"ref": ref})
    if told.record.state != "held":
        return HttpResponseRedirect(back)
    requests = report_sending.requests_of(told.facts, by=by, at=at)
    fields, do = _fields(requests), request.POST.get("do")
    first = {"request": str(requests[0])} if requests else {}
    form, status = restored(request, fields) or Form(fields, values=first), 200
    context = {"record": told.record, "requests": requests, "action": request.path, "back": back}
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors and do == "write":
            status = 200
        elif not form.errors:
            try:
                chosen, number = UUID(form.text("request")), form.text("number")
                context["text"] = report_sending.compose(told.facts, form.text("summary"))
                context["letter"] = letter = report_sending.letter(chosen, number, by=by, at=at)
                status = 200
                if do == "send":
                    version = version_of(request)
                    report_sending.send(chosen, ref, form.text("summary"), version=version, by=by, at=at)
                    _tell(request, chosen, number if letter is not None else "")
                    return let_go(request, HttpResponseRedirect(back), by)
            except Changed as changed:
                form, status = form.but(**{"": changed.theirs}), 409
            except (NotNow, Refused) as no:
                form, status = form.but(**{getattr(no, "about", ""): no.reason}), 409
                context.pop("text", None)
    context |= {"form": form, "form_of": form_of(by)}
    return render(request, "protection/send_report.html", context, status=status)


def _tell(request: OfficeRequest, chosen: UUID, number: str) -> None:
    """Send the email if one can be sent, and say what became of it. The report has been sent."""
    if not number:
        messages.error(request, _NO_EMAIL)
        return
    try:
        how = report_sending.tell(chosen, number, by=request.attendance, at=session.now())
    except (Changed, NotNow, Refused):
        messages.error(request, _NO_EMAIL)
        return
    if how in EMAIL_TROUBLE:
        messages.error(request, _UNSENT.format(EMAIL_TROUBLE[how]))
    else:
        messages.success(
            request, "The report is in the organisation’s mailbox. The mail server accepted the email."
        )
