"""Pages for setting, finishing, reassigning and cancelling tasks on a report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.journey import owners
from heedline.casework.journey.owners import Colleague
from heedline.casework.pages import case_file
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.pages.task_lines import TaskLine
from heedline.casework.tasks import tasks as casework_tasks
from heedline.casework.tasks.odd_things import ANSWERS, ODD, OddAnswer
from heedline.casework.tasks.tasks import FIRST_CONTACT, FirstContact
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow, Stage
from heedline.web.components.forms import Checkboxes, Field, FieldOption, Form, Radios, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

DONE, GIVE, CANCEL = "done", "give", "cancel"
_NO = "no"
#: When a task may be due, in minutes from now, and the words for it.
LATER = {
    60: "In an hour", 240: "In 4 hours", 480: "In 8 hours", 1440: "In a day", 2880: "In 2 days", 10080: "In a week",
    20160: "In 2 weeks", 40320: "In 4 weeks",
}  # fmt: skip


def _who(known: Iterable[Colleague], me: UUID, *, optional: bool = False) -> Radios:
    return Radios(
        name="to",
        label="Who does it?",
        hint="Only if you assign it to somebody." if optional else "",
        optional=optional,
        required="" if optional else "Choose who does the task",
        choices=tuple(
            FieldOption(
                value=str(one.id),
                label=f"{one.name} (you)" if one.id == me else one.name,
                hint="On duty" if one.on_duty else "",
            )
            for one in known
        ),
        small=True,
    )


def _when(*, optional: bool = False) -> Radios:
    return Radios(
        name="later",
        label="When is it due?",
        hint="Only if you assign it to somebody."
        if optional
        else "When this time has passed, its owner and the supervisors are alerted.",
        optional=optional,
        required="" if optional else "Choose when the task is due",
        choices=tuple(FieldOption(value=str(minutes), label=words) for minutes, words in LATER.items()),
        small=True,
    )


#: Asked while somebody has to be contacted first.
_CONTACT = Radios(
    name="contact",
    label="Does the task include a visit or contact?",
    hint="With anybody except the reporter. Your answer is kept with the task.",
    required="Say whether the task includes a visit or contact",
    choices=(
        FieldOption(value="yes", label="Yes, somebody will be visited, called or written to"),
        FieldOption(value=_NO, label="No, nobody will be visited, called or written to"),
    ),
    small=True,
)


def _new(known: Iterable[Colleague], me: UUID, *, asked: bool) -> tuple[Field, ...]:
    """Return the fields of a new task. With `asked`, whether it includes a visit or contact must be answered."""
    return (
        TextArea(
            name="text",
            label="Task",
            hint="Sealed like the report. Everyone who can open the report can read it.",
            required="Write what is to be done",
            rows=3,
            limit=casework_tasks.LONGEST,
        ),
        _CONTACT
        if asked
        else Checkboxes(
            name="contact",
            label="Does the task include a visit or contact?",
            hint="With anybody except the reporter. You may have to contact another officer first.",
            choices=(FieldOption(value="yes", label="Yes, somebody will be visited, called or written to"),),
            small=True,
        ),
        _who(known, me),
        _when(),
    )


#: Asked only if somebody has to be contacted first.
FIRST = Radios(
    name="first",
    label="An officer had to be contacted first. Was this done?",
    hint="Answer this if the task is done. Write what they said, or why they were not contacted first, in the box above.",
    choices=tuple(FieldOption(value=str(code), label=words) for code, words in FIRST_CONTACT.items()),
    small=True,
)

#: Asked only of a task about something odd.
_ODD = Radios(
    name=ODD,
    label="What became of it?",
    hint="Answer this if the task is done. Write the reference under which it was reported, or why it is not suspicious, in the box above.",
    choices=tuple(FieldOption(value=str(code), label=words) for code, words in ANSWERS.items()),
    small=True,
)


_WAYS = (
    FieldOption(value=DONE, label="It is done"),
    FieldOption(value=GIVE, label="Give it to somebody, with a new due time"),
    FieldOption(value=CANCEL, label="Cancel it"),
)


def _ending(known: Iterable[Colleague], me: UUID) -> tuple[Field, ...]:
    return (
        Radios(
            name="what",
            label="What do you want to do with this task?",
            required="Choose what to do with this task",
            choices=_WAYS,
            small=True,
        ),
        TextArea(
            name="text",
            label="What was done, or why is it cancelled?",
            hint="Sealed like the report. You must give a reason to cancel a task.",
            rows=3,
            limit=casework_tasks.LONGEST,
        ),
        FIRST,
        _ODD,
        _who(known, me, optional=True),
        _when(optional=True),
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def tasks(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the tasks on a report, open ones first, and a form for a new one."""
    by, at = request.attendance, session.now()
    known = owners.candidates(ref, by=by, at=at)
    # a posted form changes what the file says: it is read afterwards
    file = case_file.case_file(ref, by=by, at=at) if request.method == "GET" else None
    asked = held_back(file) if file is not None else request.POST.get("contact") == _NO
    fields = _new(known, by.officer_id, asked=asked)
    kept = restored(request, fields)
    form, status = kept or Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            due = at + timedelta(minutes=int(form.text("later")))
            try:
                casework_tasks.set_task(
                    ref,
                    form.text("text"),
                    UUID(form.text("to")),
                    due,
                    contact=_contact(request),
                    by=by,
                    at=at,
                )
            except (NotNow, Refused) as no:
                field = "contact" if isinstance(no, NotNow) and no.about == "contact" else ""
                form, status = form.but(**{field: no.reason}), 422 if field else 409
            else:
                return _back(request, ref, "Task set.")
    if file is None:
        file = case_file.case_file(ref, by=by, at=at)
        if held_back(file) and not asked:
            answer = "yes" if form.chosen("contact") else ""
            fields = _new(known, by.officer_id, asked=True)
            form = replace(form, fields=fields, values={**form.values, "contact": answer})
    context = {
        "form": form,
        "tasks": file.history.tasks,
        "closed": file.header.stage is Stage.CLOSED,
        "words_came_back": kept is not None,
    }
    return page(request, "office/tasks.html", file, "report-tasks", context, status)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def task(request: OfficeRequest, ref: UUID, errand: UUID) -> HttpResponse:
    """Finish a task, reassign it with a new due time, or cancel it with a reason."""
    by, at = request.attendance, session.now()
    fields = _ending(owners.candidates(ref, by=by, at=at), by.officer_id)
    kept = restored(request, fields)
    form, status = kept or Form(fields), 200
    if request.method == "POST":
        form, status = _complete(Form.posted(fields, request.POST.lists())), 422
        if not form.errors:
            try:
                said = _end(ref, errand, form, request)
            except NotNow as no:
                field = no.about if no.about in ("first", "text", ODD) else ""
                form, status = form.but(**{field: no.reason}), 422 if field else 409
            except Refused as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                return _back(request, ref, said)
    file = case_file.case_file(ref, by=by, at=at)
    line = next((one for one in file.history.tasks if one.id == errand), None)
    if line is None:
        raise Http404
    why_not = "" if line.changes else casework_tasks.NOT_YOURS if line.is_open else casework_tasks.ENDED
    context = {
        "form": _possible(form, line, file),
        "task": line,
        "why_not": why_not,
        "words_came_back": kept is not None,
    }
    return page(request, "office/task.html", file, "report-tasks", context, status)


def _possible(form: Form, line: TaskLine, file: CaseFile) -> Form:
    """Return the form with what can be done with this task: a check ends with its result, and something odd is not cancelled."""
    ways = (GIVE,) if line.check else (DONE, GIVE) if line.odd else (DONE, GIVE, CANCEL)
    hidden = {
        FIRST.name: line.check or not line.contact or not held_back(file),
        _ODD.name: not line.odd,
        "text": line.check,
    }
    shown = [one for one in form.fields if not hidden.get(one.name)]
    offered = tuple(one for one in _WAYS if one.value in ways)
    fields = tuple(
        replace(one, choices=offered) if isinstance(one, Radios) and one.name == "what" else one
        for one in shown
    )
    return replace(form, fields=fields)


def held_back(file: CaseFile) -> bool:
    """Return whether somebody must be contacted first who has not cleared the desk to act."""
    return any(not one.released for one in file.contacts)


def _contact(request: OfficeRequest) -> bool | None:
    """Return the answer to whether a new task includes a visit or contact, or None without one."""
    return {"yes": True, _NO: False}.get(request.POST.get("contact", ""))


def _complete(form: Form) -> Form:
    """Return the form with errors for any fields that the chosen action still needs."""
    if form.errors:
        return form
    missing: dict[str, str] = {}
    if form.text("what") == CANCEL and not form.text("text").strip():
        missing["text"] = casework_tasks.WHY_CANCELLED.rstrip(".")
    if form.text("what") == GIVE and not form.text("to"):
        missing["to"] = "Choose who does the task"
    if form.text("what") == GIVE and not form.text("later"):
        missing["later"] = "Choose when the task is due"
    return form.but(**missing) if missing else form


def _end(ref: UUID, errand: UUID, form: Form, request: OfficeRequest) -> str:
    """Carry out the chosen action on a task and return the message to show."""
    by, at = request.attendance, session.now()
    if form.text("what") == DONE:
        first = FirstContact(form.text("first")) if form.text("first") else None
        odd = OddAnswer(form.text(ODD)) if form.text(ODD) else None
        casework_tasks.finish(ref, errand, form.text("text"), first=first, odd=odd, by=by, at=at)
        return "Task done."
    if form.text("what") == CANCEL:
        casework_tasks.cancel(ref, errand, form.text("text"), by=by, at=at)
        return "Task cancelled."
    due = at + timedelta(minutes=int(form.text("later")))
    casework_tasks.give(ref, errand, UUID(form.text("to")), due, by=by, at=at)
    return "The task has a new owner and a new due time."


def _back(request: OfficeRequest, ref: UUID, said: str) -> HttpResponse:
    messages.success(request, said)
    there = HttpResponseRedirect(with_queue(request, "report-tasks", ref=ref))
    return let_go(request, there, request.attendance)
