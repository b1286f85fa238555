"""Pages for writing, previewing, checking and sending a question to the reporter."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.contact import messages as contact_messages
from heedline.casework.contact import source_guard
from heedline.casework.contact.source_guard import Despite, SourceWarning
from heedline.casework.errors import Changed, NoRoom
from heedline.casework.language import translating
from heedline.casework.pages import case_file
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.report import repeat_contact
from heedline.casework.report.repeat_contact import Contacts
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Move, NotNow
from heedline.web.components.forms import Field, Form, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.office.report import report_forms
from heedline.web.office.report.report_words import NOBODY_SPEAKS_IT
from heedline.web.shell.conflict import conflict, version_of
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_page import move_of, page
from heedline.web.shell.report_steps import status_words
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

#: The pages that show the messages, and to which marking them as read leads back.
_WITH_MESSAGES = frozenset(
    {
        "report-ask",
        "report-answer",
        "report-call",
        "report-close",
        "report-email",
        "report-hand-over",
        "report-identity",
        "report-seen",
        "report-notes",
        "report-partners",
        "report-timeline",
        "report-trace",
        "report-translation",
    }
)
#: A report holds at most this many messages of its reporter.
_MOST_READ = 200

_BEFORE: tuple[Field, ...] = (
    TextInput(
        name="other",
        label="Reference of the other report",
        hint="Such as ABCD-EFGH. It is shown at the top of the report.",
        required="Enter the reference of the other report",
        width=10,
        autocomplete="off",
    ),
)


def text_of(form: Form, language: str) -> str:
    """Return the text of the message to the reporter, built from the form.

    It consists of the pack's question in the reporter's language and then the officer's own words. An
    unreviewed translation has the original under it, so that nobody sends what they cannot read.
    """
    pack = load_pack(settings.PACK)
    words = pack.words(language if language in pack.languages else pack.first_language)
    parts = [form.text("text")]
    if code := form.text("template"):
        key = pack.question_templates[code].words
        original = words.beside(key)
        parts = [words[key], *([original[key]] if original else []), *parts]
    return "\n\n".join(part for part in parts if part)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def ask(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Write, preview and send a message to the reporter.

    Nothing is sent until the checklist is ticked.
    """
    by, at = request.attendance, session.now()
    file = case_file.case_file(ref, by=by, at=at)
    pack = load_pack(settings.PACK)
    templates = pack.templates_for(file.header.kind)
    fields = report_forms.question_fields({code: one.label for code, one in templates.items()})
    kept = restored(request, (*fields, report_forms.DESPITE))
    form = Form(fields, kept.values if kept is not None else {})
    if request.method == "GET":
        if kept is not None and kept.text("despite"):  # it was sent from where the warnings are read
            again = Form((report_forms.WOULD_THIS_GIVE_THEM_AWAY, report_forms.DESPITE), kept.values)
            return preview(
                request, file, form, again, text_of(form, file.answers.language), words_came_back=True
            )
        return write(request, file, form, words_came_back=kept is not None)
    form = Form.posted(fields, request.POST.lists())
    if request.POST.get("do") in ("same", "not-same"):
        return _note_before(request, file, Form(fields))
    text = text_of(form, file.answers.language)
    if not form.errors and not text:
        form = form.but(text="Choose a question, or write your own")
    if form.errors or request.POST.get("do") == "write":
        return write(request, file, form, 422 if form.errors else 200)
    sent = repeat_contact.contacts(ref, by=by)
    warned = warnings_of(file, text_of(form, pack.first_language), sent)
    if warned and request.POST.get("do") == "refer":
        return _refer(request, file, form, warned)
    checks = (report_forms.WOULD_THIS_GIVE_THEM_AWAY, *((report_forms.DESPITE,) if warned else ()))
    checked = Form.posted(checks, request.POST.lists())
    if request.POST.get("do") != "send":
        return preview(request, file, form, Form(checks), text)
    if checked.errors:
        return preview(request, file, form, checked, text, 422)
    if len(checked.chosen("safe")) < len(report_forms.WOULD_THIS_GIVE_THEM_AWAY.choices):
        checked = checked.but(
            safe="Confirm each statement. If one is not true, go back and change the message"
        )
        return preview(request, file, form, checked, text, 422)
    despite = Despite(tuple(one.code for one in warned), checked.text("despite")) if warned else None
    if request.POST.get("how") == "translate":
        return _translate(request, file, form, despite)
    try:
        contact_messages.ask(
            ref,
            text,
            read=messages_read(request),
            despite=despite,
            version=version_of(request),
            by=by,
            at=at,
        )
    except Changed as changed:
        return conflict(request, ref, form, "report-ask", changed)
    except NoRoom:
        return write(request, file, form.but(text="This message is too long to send. Shorten it"), 422)
    except (NotNow, Refused) as no:
        return write(request, file, form.but(**{"": no.reason}), 409)
    messages.success(
        request,
        "Message sent. The reporter sees it when they next return with their code. They are not notified before that.",
    )
    return let_go(request, HttpResponseRedirect(with_queue(request, "report-ask", ref=ref)), by)


@open_to(Audience.UNLOCKED)
@require_POST
def mark_read(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Mark as read the reporter's messages that were on the page."""
    marked = contact_messages.mark_read(ref, messages_read(request), by=request.attendance, at=session.now())
    if marked:
        messages.success(request, "Marked as read.")
    page_name = request.POST.get("page", "")
    page_name = page_name if page_name in _WITH_MESSAGES else "report"
    return HttpResponseRedirect(with_queue(request, page_name, ref=ref))


def messages_read(request: OfficeRequest) -> tuple[UUID, ...]:
    """Return the ids of the reporter's messages that were on the submitted page, ignoring invalid ids."""
    read = []
    for value in request.POST.getlist("read")[:_MOST_READ]:
        with suppress(ValueError):
            read.append(UUID(value))
    return tuple(read)


def _note_before(request: OfficeRequest, file: CaseFile, form: Form) -> HttpResponse:
    """Record or remove a note that the reporter has been contacted before under another code.

    This is the officer's judgement. The reporter is not told.
    """
    by, same = request.attendance, request.POST.get("do") == "same"
    before = Form.posted(_BEFORE, request.POST.lists())
    if before.errors:
        return write(request, file, form, 422, before=before)
    try:
        repeat_contact.note(file.header.ref, before.text("other"), same=same, by=by, at=session.now())
    except (NotNow, Refused) as no:
        return write(request, file, form, 409, before=before.but(other=no.reason))
    messages.success(
        request, "Link saved. Messages to both codes are counted together." if same else "Link removed."
    )
    return HttpResponseRedirect(with_queue(request, "report-ask", ref=file.header.ref))


def warnings_of(file: CaseFile, english: str, sent: Contacts) -> tuple[SourceWarning, ...]:
    """Return warnings that the message, the report or earlier contacts may turn the reporter into an agent."""
    told = [
        file.answers.narrative,
        *(line for section in file.answers.sections for _, lines in section.rows for line in lines),
    ]
    told += [one.text for one in file.messages.lines if not one.from_us]
    return (
        *source_guard.of_message(english, sent=sent.here, elsewhere=sent.elsewhere),
        *source_guard.of_report(told, young=file.answers.young),
    )


def _refer(
    request: OfficeRequest, file: CaseFile, form: Form, warned: tuple[SourceWarning, ...]
) -> HttpResponse:
    """Refer the report to supervisors instead of sending the message.

    One button does this. Nothing is sent, the supervisors are called, and the question that was about to be
    asked is recorded with the report.
    """
    by, english = request.attendance, text_of(form, load_pack(settings.PACK).first_language)
    why = "\n".join((*(one.words for one in warned), "It was about to be asked:", english))
    try:
        source_guard.refer(file.header.ref, why, version=version_of(request), by=by, at=session.now())
    except Changed as changed:
        return conflict(request, file.header.ref, form, "report-ask", changed)
    except (NotNow, Refused) as no:
        return write(request, file, form.but(**{"": no.reason}), 409)
    messages.success(
        request, "Referred. Nothing was sent. Your supervisors are being paged and will make the referral."
    )
    return let_go(request, HttpResponseRedirect(reverse("report", kwargs={"ref": file.header.ref})), by)


def _translate(request: OfficeRequest, file: CaseFile, form: Form, despite: Despite | None) -> HttpResponse:
    """Pass the message to a translator who speaks the reporter's language instead of sending it."""
    by = request.attendance
    code = form.text("template")
    text = text_of(form, load_pack(settings.PACK).first_language)
    try:
        taken = translating.ask_answer(
            file.header.ref,
            text,
            file.answers.language,
            template=code,
            read=messages_read(request),
            despite=despite,
            version=version_of(request),
            by=by,
            at=session.now(),
        )
    except Changed as changed:
        return conflict(request, file.header.ref, form, "report-ask", changed)
    except (NotNow, Refused) as no:
        return write(request, file, form.but(**{"": no.reason}), 409)
    if taken:
        messages.success(
            request, "Sent to a translator, who will translate it into the reporter’s language and send it."
        )
    else:
        messages.error(request, f"Not sent yet. {NOBODY_SPEAKS_IT}")
    return let_go(
        request, HttpResponseRedirect(with_queue(request, "report-translation", ref=file.header.ref)), by
    )


def write(
    request: OfficeRequest,
    file: CaseFile,
    form: Form,
    status: int = 200,
    *,
    words_came_back: bool = False,
    before: Form | None = None,
    sent: Contacts | None = None,
) -> HttpResponse:
    """Show the messages and the form.

    `sent` is the contact count of an exercise. For a real report it is looked up.
    """
    context = {
        **move_of(file.header, Move.ASK),
        "form": form,
        "read": file.messages.unread,
        "contacts": sent or repeat_contact.contacts(file.header.ref, by=request.attendance),
        "before": before or Form(_BEFORE),
        "words_came_back": words_came_back,
        "told_now": status_words(file.header.status, file.header.kind),
    }
    return page(request, "office/ask.html", file, "report-ask", context, status)


def preview(
    request: OfficeRequest,
    file: CaseFile,
    written: Form,
    checks: Form,
    text: str,
    status: int = 200,
    *,
    words_came_back: bool = False,
    sent: Contacts | None = None,
) -> HttpResponse:
    """Show a preview of the message, with points to consider before it is sent.

    `sent` is as for `write`.
    """
    pack = load_pack(settings.PACK)
    sent = sent or repeat_contact.contacts(file.header.ref, by=request.attendance)
    foreign = file.answers.language != pack.first_language
    context = {
        "form": checks,
        "written": written,
        "text": text,
        "language": file.answers.language,
        "language_words": file.answers.language_words if foreign else "",
        "waits_for": [one for one in file.messages.translations if one.outward and one.waiting],
        "warned": warnings_of(file, text_of(written, pack.first_language), sent),
        "unit": pack.source_guard.unit,
        "words_came_back": words_came_back,
        "translator_first": foreign and bool(written.text("text")),
        "read": messages_read(request),
    }
    return page(request, "office/ask_preview.html", file, "report-ask", context, status)
