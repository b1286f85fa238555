"""The page First answer of a request for advice: log each call or email, until somebody was reached."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.contact import call_back as calling
from heedline.casework.errors import Changed, NotHere
from heedline.casework.journey import call_outcomes
from heedline.casework.pages import case_file
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Move, NotNow
from heedline.web.components.forms import FieldOption, Form, Radios, TextArea, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.office.report.report_forms import LONG, SHORT
from heedline.web.shell.conflict import conflict, version_of
from heedline.web.shell.danger_answers import TOLD_IN_A_CALL
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

_HOWS = {code: calling.HOWS[code] for code in calling.FIRST_ANSWERS} | {
    calling.EMAILED: "They were emailed from the desk’s own mailbox, and the email was not returned",
    calling.EMAIL_RETURNED: "An email came back after it was sent",
    calling.NOT_MADE: "No answer is needed",
}
_FIELDS = (
    Radios(
        name="how",
        label="How did it go?",
        required="Say how it went",
        choices=tuple(FieldOption(value=code, label=words) for code, words in _HOWS.items()),
        small=True,
    ),
    TextInput(name="whom", label="With whom?", hint="The name and job of the person.", limit=SHORT),
    TextArea(
        name="said",
        label="What was agreed?",
        hint="Sealed with the request. Do not write about the weak points of the site here. If no answer is needed, say why.",
        rows=4,
        limit=LONG,
    ),
    TOLD_IN_A_CALL,
)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def first_answer(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show by when the organisation is answered and what was tried, and log another attempt."""
    by, at = request.attendance, session.now()
    kept = restored(request, _FIELDS)
    form, status = kept or Form(_FIELDS), 200
    if request.method == "POST":
        form, status = _complete(Form.posted(_FIELDS, request.POST.lists())), 422
        if not form.errors:
            how, said, whom, danger = (form.text(name) for name in ("how", "said", "whom", "danger"))
            version = version_of(request)
            try:
                call_outcomes.tried(ref, how, said, whom=whom, danger=danger, version=version, by=by, at=at)
            except Changed as changed:
                return conflict(request, ref, form, "report-answer", changed)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                messages.success(request, "Saved with the request.")
                return let_go(
                    request, HttpResponseRedirect(with_queue(request, "report-answer", ref=ref)), by
                )
    file = case_file.case_file(ref, by=by, at=at)
    if file.answers.first_answer is None:
        raise NotHere
    context = {
        "form": form,
        "answer": file.answers.first_answer,
        "attempts": [step for step in file.history.steps if step.move is Move.CALL],
        "words_came_back": kept is not None,
    }
    return page(request, "office/first_answer.html", file, "report-answer", context, status)


def _complete(form: Form) -> Form:
    """Return the form with errors for what the chosen outcome still needs."""
    how, missing = form.text("how"), dict[str, str]()
    if how in calling.KEEPS_PROMISE and not form.text("whom"):
        missing["whom"] = "Say whom you reached"
    if how in {*calling.KEEPS_PROMISE, calling.NOT_MADE} and not form.text("said"):
        missing["said"] = (
            "Say why no answer is needed"
            if how == calling.NOT_MADE
            else "Say what was agreed, or what you wrote"
        )
    if how in calling.SPOKE and not form.text("danger"):
        missing["danger"] = "Say whether anyone is in danger, or something is planned"
    return form.but(**missing) if missing else form
