"""The page Checks of a report: its register, in which several results are recorded in one save."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.checks import recording
from heedline.casework.checks.recording import NewResult, row_code
from heedline.casework.checks.register import MADE, WHO, CheckOutcome, CheckRow
from heedline.casework.errors import Changed
from heedline.casework.pages import case_file
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.tasks.tasks import FirstContact
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Move, NotNow
from heedline.web.components.forms import Field, FieldOption, Form, Select, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.office.report.task_pages import FIRST, LATER, held_back
from heedline.web.shell.conflict import conflict, version_of
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_page import move_of, page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

_FIRST = replace(
    FIRST,
    hint="Answer this to record the result of a check that was asked of people. With the result, write what the officer said, or why they were not contacted first.",
)
_RESULT, _TEXT, _DUE = "result-", "text-", "due-"
_NO_TIME = "Choose when the answer is due"
_UNLINKED = "Nothing was recorded. The link to a subject was undone meanwhile. You wrote about it: {}"
_NO_RESULT = "Choose a result, or clear the details"


def _code(row: CheckRow) -> str:
    return row_code(row.system.code, row.subject)


def _fields(rows: Iterable[CheckRow]) -> tuple[Field, ...]:
    """Return three fields for each row, and then who checked."""
    fields: list[Field] = []
    for row in rows:
        results = tuple(FieldOption(value=str(one), label=one.words) for one in CheckOutcome)
        due = tuple(FieldOption(value=str(minutes), label=words) for minutes, words in LATER.items())
        code = _code(row)
        fields += [
            Select(name=_RESULT + code, label=row.words, blank="Nothing new", choices=results),
            Select(name=_DUE + code, label="If asked, due", choices=due),
            TextInput(
                name=_TEXT + code,
                label="What was searched, found or asked, or why not",
                limit=recording.LONGEST,
            ),
        ]
    return (*fields, TextInput(name=WHO, label="Who made these checks?", limit=recording.LONGEST), _FIRST)


def _asks_first(file: CaseFile) -> bool:
    """Return whether a check that was asked of people is open, and somebody had to be contacted first."""
    open_ = {one.id for one in file.history.tasks if one.is_open}
    return held_back(file) and any(
        one.system.contact and one.latest is not None and one.latest.task in open_ for one in file.checks
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def checks(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the register of checks of a report, and record results."""
    by, at = request.attendance, session.now()
    file = case_file.case_file(ref, by=by, at=at)
    if not file.checks:
        raise Http404
    fields = _fields(file.checks)
    kept = restored(request, fields)
    form, status = kept or Form(fields, values={WHO: by.name}), 200
    if request.method == "POST":
        form, status = _complete(Form.posted(fields, request.POST.lists()), file.checks), 422
        shown = {each.name for each in fields}
        typed = {name: str(text).strip() for name, text in request.POST.items() if name.startswith(_TEXT)}
        if lost := [text for name, text in typed.items() if text and name not in shown]:
            form = form.but(**{"": _UNLINKED.format("; ".join(lost))})
        if not form.errors:
            try:
                results = [one for _, one in _given(form, file.checks)]
                version = version_of(request)
                first = FirstContact(form.text(_FIRST.name)) if form.text(_FIRST.name) else None
                recording.record_results(
                    ref, results, who=form.text(WHO), first=first, version=version, by=by, at=at
                )
            except Changed as changed:
                return conflict(request, ref, form, "report-checks", changed)
            except NotNow as no:
                field = next((one for one in (no.about, _TEXT + no.about) if one in shown), "")
                form, status = form.but(**{field: no.reason}), 422 if field else 409
            except Refused as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                messages.success(request, "Recorded.")
                there = HttpResponseRedirect(with_queue(request, "report-checks", ref=ref))
                return let_go(request, there, by)
    context = {
        "form": form,
        "asks_first": _asks_first(file),
        "groups": _groups(file),
        "empty": not any(one.latest for one in file.checks),
        **move_of(file.header, Move.CHECK, kept),
    }
    return page(request, "office/report_checks.html", file, "report-checks", context, status)


def _groups(file: CaseFile) -> list[dict[str, Any]]:
    """Return the rows by what is checked, each with the names of its fields and the task of what was asked."""
    tasks = {one.id: one for one in file.history.tasks}
    groups: dict[UUID | None, dict[str, Any]] = {}
    for row in file.checks:
        group = groups.setdefault(row.subject, {"about": row.about, "rows": []})
        latest, code = row.latest, _code(row)
        task = tasks.get(latest.task) if latest is not None and latest.task is not None else None
        group["rows"].append(
            {
                "row": row,
                "task": task if task is not None and task.is_open else None,
                "fields": (_RESULT + code, _DUE + code, _TEXT + code),
            }
        )
    return list(groups.values())


def _given(form: Form, rows: Iterable[CheckRow]) -> list[tuple[str, NewResult]]:
    """Return the chosen results, each with the code of its row. A due time is counted from now."""
    found = []
    for row in rows:
        code = _code(row)
        if chosen := form.text(_RESULT + code):
            due = form.text(_DUE + code)
            due_at = session.now() + timedelta(minutes=int(due)) if due else None
            text = form.text(_TEXT + code)
            found.append((code, NewResult(row.system.code, row.subject, CheckOutcome(chosen), text, due_at)))
    return found


def _complete(form: Form, rows: Sequence[CheckRow]) -> Form:
    """Return the form with an error at each field that a chosen result still needs."""
    given = _given(form, rows)
    chosen = {code for code, _ in given}
    blank = (code for row in rows if (code := _code(row)) not in chosen)
    missing = {_RESULT + code: _NO_RESULT for code in blank if form.text(_TEXT + code).strip()}
    for code, one in given:
        if lacks := recording.wrong(one.result, one.text):
            missing[_TEXT + code] = lacks
        if one.result is CheckOutcome.ASKED and one.due_at is None:
            missing[_DUE + code] = _NO_TIME
    if not given:
        missing[""] = recording.NOTHING
    if any(one.result in MADE for _, one in given) and not form.text(WHO).strip():
        missing[WHO] = recording.WHO_CHECKED
    return form.but(**{name: words for name, words in missing.items() if name not in form.errors})
