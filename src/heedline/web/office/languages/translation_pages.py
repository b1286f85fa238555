"""Pages for translations: the list, a report's requests, and the original beside its translation.

The pages are `/w/translations/` (waiting tasks), `/w/r/…/translation/` (the language of a report and what was
requested) and `/w/r/…/translation/…/` (the original on the left, the translation on the right).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import Changed, NoRoom, NotHere
from heedline.casework.language import languages, translating
from heedline.casework.language.lines import TranslationLine
from heedline.casework.language.todo import to_do
from heedline.casework.pages import case_file
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.people import skills
from heedline.casework.report import report_language
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Checkboxes, Field, FieldOption, Form, Radios, Select, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.office.report.report_forms import SHORT
from heedline.web.office.report.report_words import NOBODY_SPEAKS_IT
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_left import told_of
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

SAME = Checkboxes(
    name="same",
    label="Before it is sent",
    choices=(
        FieldOption(value="says-it", label="It says what the English says, and nothing more"),
        FieldOption(value="no-names", label="It names no person or place that only the reporter knows about"),
    ),
    small=True,
)


def _language_field(name: str, label: str, *, foreign: bool) -> Select:
    first = load_pack(settings.PACK).first_language
    return Select(
        name=name,
        label=label,
        required="Choose a language",
        blank="Choose a language",
        choices=tuple(
            FieldOption(value=code, label=words)
            for code, words in report_language.choices()
            if code != first or not foreign
        ),
    )


@open_to(Audience.UNLOCKED)
@require_GET
def translations(request: OfficeRequest) -> HttpResponse:
    """List the translations waiting at the officer's desks, with the officer's own first."""
    at = session.now()
    found = to_do(by=request.attendance, at=at)
    return render(request, "office/translations.html", {"waiting": found, "updated": times.clock(at)})


# --- of a report ---------------------------------------------------------------------------------------------------


def _asking(file: CaseFile) -> tuple[Field, ...]:
    taken = {line.message for line in file.messages.translations if not line.outward and line.waiting}
    whats = [("report", "The report")] if None not in taken else []
    whats += [
        (str(one.id), f"Message from the reporter, {one.when_words}")
        for one in file.messages.lines
        if not one.from_us and one.id not in taken
    ]
    return (
        Radios(
            name="what",
            label="What is to be translated?",
            required="Say what is to be translated",
            choices=tuple(FieldOption(value=code, label=label) for code, label in whats),
            small=True,
        ),
        _language_field("language", "Which language is it in?", foreign=True),
        TextArea(
            name="note",
            label="What does the translator need to know?",
            hint="For example, what matters most or what was unclear. Sealed with the report.",
            optional=True,
            rows=3,
            limit=SHORT,
        ),
    )


def _seems(file: CaseFile) -> str:
    first = load_pack(settings.PACK).first_language
    if file.answers.hint is not None:
        return file.answers.hint.code
    return file.answers.language if file.answers.language != first else ""


def _preset(file: CaseFile, message: str) -> dict[str, str]:
    """Return what to translate and from which language, for the message that a link names or else for the report."""
    for one in file.messages.untranslated:
        if str(one.id) == message:
            return {"language": one.language, "what": message}
    return {"language": _seems(file), "what": "report"}


def _here(request: OfficeRequest, ref: UUID, task: UUID | None = None) -> str:
    if task is None:
        return with_queue(request, "report-translation", ref=ref)
    return with_queue(request, "translation", ref=ref, task=task)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def of_report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the translations requested for a report, and request another."""
    by, at = request.attendance, session.now()
    file = case_file.case_file(ref, by=by, at=at)
    fields = _asking(file)
    kept = restored(request, fields)
    form, status = kept or Form(fields, values=_preset(file, request.GET.get("message", ""))), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            message = None if form.text("what") == "report" else UUID(form.text("what"))
            wanted = translating.TranslationRequest(form.text("language"), message, form.text("note"))
            try:
                taken = translating.ask(ref, wanted, by=by, at=at)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                if taken:
                    messages.success(
                        request, "Translation requested. The officer it is assigned to will be paged."
                    )
                else:
                    messages.warning(request, f"Translation requested. {NOBODY_SPEAKS_IT}")
                return let_go(request, HttpResponseRedirect(_here(request, ref)), by)
    context = {
        "form": form,
        "language_form": Form((_language_field("spoken", "The report is written in", foreign=False),)),
        "words_came_back": kept is not None,
        "asked": file.messages.translations,
    }
    return page(request, "office/translation.html", file, "report-translation", context, status)


@open_to(Audience.UNLOCKED)
@require_POST
def say_language(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Record the language in which a report is written."""
    case_file.kind_of(ref, by=request.attendance)  # what is not theirs is not there, whatever was posted
    form = Form.posted(
        (_language_field("spoken", "The report is written in", foreign=False),), request.POST.lists()
    )
    if form.errors:
        messages.error(request, "Choose a language.")
    else:
        language = form.text("spoken")
        try:
            languages.say(ref, language, by=request.attendance, at=session.now())
        except Refused as no:
            messages.error(request, no.reason)
        else:
            messages.success(request, f"Saved. The report is written in {report_language.name_of(language)}.")
    return HttpResponseRedirect(_here(request, ref))


# --- one translation -----------------------------------------------------------------------------------------------


def _task_of(file: CaseFile, task: UUID) -> TranslationLine:
    for line in file.messages.translations:
        if line.id == task:
            return line
    raise NotHere


def _writing(task: TranslationLine) -> tuple[Field, ...]:
    into = task.language_words if task.outward else "English"
    text = TextArea(
        name="text",
        label=f"In {into}",
        hint="They see this, signed with your key. Your name is not shown to them."
        if task.outward
        else "Translate everything. Put anything you cannot read or are unsure of in square brackets.",
        required="Write the translation",
        rows=16,
        limit=5000 if task.outward else translating.LONGEST,
        tell_limit=task.outward,
    )
    return (text, SAME) if task.outward else (text,)


def _begun(task: TranslationLine) -> dict[str, Any]:
    if task.last is not None:
        return {"text": task.last.text}
    pack = load_pack(settings.PACK)
    if task.outward and task.template in pack.question_templates and task.language in pack.languages:
        return {"text": pack.words(task.language)[pack.question_templates[task.template].words] + "\n\n"}
    return {}


def _others(task: TranslationLine, file: CaseFile, me: UUID) -> Radios:
    able = skills.who_could(file.header.ref, task.language)
    return Radios(
        name="to",
        label="Give it to",
        required="Choose somebody",
        choices=tuple(
            FieldOption(value=str(officer), label=name)
            for officer, name in able
            if officer not in {me, task.assigned_id}
        ),
        small=True,
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def translation(request: OfficeRequest, ref: UUID, task: UUID) -> HttpResponse:
    """Show the original beside its translation.

    The original cannot be changed. A correction to the translation is stored as another version.
    """
    by, at = request.attendance, session.now()
    file = case_file.case_file(ref, by=by, at=at)
    line = _task_of(file, task)
    fields = _writing(line)
    kept = restored(request, fields)
    form = kept or Form(fields, values=_begun(line))
    if request.method == "GET":
        return _show(request, file, line, form, words_came_back=kept is not None)
    match request.POST.get("do"):
        case "take":
            return _take(request, file, line)
        case "hand-on":
            return _hand_on(request, file, line)
        case "drop":
            return _drop(request, file, line)
        case _:
            return _write(request, file, line, Form.posted(fields, request.POST.lists()))


def _show(
    request: OfficeRequest,
    file: CaseFile,
    line: TranslationLine,
    form: Form,
    status: int = 200,
    *,
    words_came_back: bool = False,
) -> HttpResponse:
    me = request.attendance.officer_id
    speaks = skills.speaks(me, line.language)
    mine = line.assigned_id == me
    others = _others(line, file, me)
    context = {
        "form": form,
        "task": line,
        "told": told_of(file.answers) if line.message is None and not line.outward else [],
        "message": next((one for one in file.messages.lines if one.id == line.message), None),
        "may_write": speaks and ((line.done and not line.outward) or (line.waiting and mine)),
        "may_take": speaks and not mine and line.waiting,
        "may_hand_on": line.waiting and (mine or speaks) and bool(others.choices),
        "may_drop": line.waiting and (line.asked_by_id == me or file.header.mine),
        "others": Form((others,)),
        "words_came_back": words_came_back,
    }
    return page(request, "office/translate.html", file, "report-translation", context, status)


def _take(request: OfficeRequest, file: CaseFile, line: TranslationLine) -> HttpResponse:
    try:
        holder = UUID(request.POST["holder"]) if request.POST.get("holder") else None
        translating.take(file.header.ref, line.id, holder=holder, by=request.attendance, at=session.now())
    except ValueError:
        raise NotHere from None
    except Changed as changed:
        messages.error(request, changed.theirs)
    except (NotNow, Refused) as no:
        messages.error(request, no.reason)
    else:
        messages.success(request, "This translation is now assigned to you.")
    return HttpResponseRedirect(_here(request, file.header.ref, line.id))


def _hand_on(request: OfficeRequest, file: CaseFile, line: TranslationLine) -> HttpResponse:
    form = Form.posted((_others(line, file, request.attendance.officer_id),), request.POST.lists())
    if form.errors:
        messages.error(request, "Choose somebody to give it to.")
    else:
        try:
            to = UUID(form.text("to"))
            translating.hand_on(file.header.ref, line.id, to, by=request.attendance, at=session.now())
        except (NotNow, Refused) as no:
            messages.error(request, no.reason)
        else:
            messages.success(request, "Reassigned. The officer will be paged.")
    return HttpResponseRedirect(_here(request, file.header.ref, line.id))


def _drop(request: OfficeRequest, file: CaseFile, line: TranslationLine) -> HttpResponse:
    try:
        translating.drop(file.header.ref, line.id, by=request.attendance, at=session.now())
    except (NotNow, Refused) as no:
        messages.error(request, no.reason)
    else:
        messages.success(request, "Request withdrawn. Nobody will translate this.")
    return HttpResponseRedirect(_here(request, file.header.ref))


def _write(request: OfficeRequest, file: CaseFile, line: TranslationLine, form: Form) -> HttpResponse:
    by, at = request.attendance, session.now()
    if line.outward and not form.errors and len(form.chosen("same")) < len(SAME.choices):
        form = form.but(same="Confirm each statement. If one is not true, change the message")
    if form.errors:
        return _show(request, file, line, form, 422)
    posted = request.POST.get("number", "")
    number = int(posted) if posted.isascii() and posted.isdecimal() and len(posted) < 6 else -1
    try:
        if line.outward:
            translating.send(file.header.ref, line.id, form.text("text"), by=by, at=at)
        else:
            translating.write(file.header.ref, line.id, form.text("text"), number=number, by=by, at=at)
    except Changed as changed:
        again = _task_of(case_file.case_file(file.header.ref, by=by, at=at), line.id)
        return _show(request, file, again, form.but(**{"": f"{changed.theirs} It is shown below."}), 409)
    except NoRoom:
        return _show(request, file, line, form.but(text="This is too long. Shorten it"), 422)
    except (NotNow, Refused) as no:
        return _show(request, file, line, form.but(**{"": no.reason}), 409)
    done = "Sent, in their language." if line.outward else "Saved. It is shown beside the original."
    messages.success(request, done)
    return let_go(request, HttpResponseRedirect(_here(request, file.header.ref, line.id)), by)
