"""Practice with invented reports (`/w/practise/`), using the pages of real reports.

Every page says that it is practice, and nothing on it reaches anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import get_urlconf, reverse, set_urlconf
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import Changed, NotHere
from heedline.casework.journey import practice
from heedline.casework.pages import practice_file
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.people import training
from heedline.casework.report.repeat_contact import Contacts
from heedline.packs import load_pack
from heedline.reports.lifecycle import Move, NotNow, Stage
from heedline.web.components.forms import Form
from heedline.web.declared import Audience, open_to
from heedline.web.office.report import closing_forms, reply_pages, report_forms, report_pages
from heedline.web.shell.conflict import version_of
from heedline.web.shell.report_bar import PRIORITIES
from heedline.web.shell.report_page import move_of, page
from heedline.web.shell.report_steps import MOVES
from heedline.web.shell.request import OfficeRequest

URLS = "heedline.web.office.practice_urls"
WAYS = {"report": "A report", "call": "A call"}


@contextmanager
def addresses_of_practice() -> Iterator[None]:
    """Resolve report page URL names to the practice exercise's pages within a `with` block."""
    before = get_urlconf()
    set_urlconf(URLS)
    try:
        yield
    finally:
        set_urlconf(before)


def mark(request: OfficeRequest, title: str, caller: tuple[str, ...] = ()) -> None:
    """Mark the request as practice, so that every page of the exercise carries a practice label."""
    request.practice = title  # type: ignore[attr-defined]
    request.caller = caller  # type: ignore[attr-defined]


def _file(request: OfficeRequest, ref: UUID) -> CaseFile:
    one = practice.one(ref, by=request.attendance)
    if one.scenario.way != "report":
        raise NotHere
    mark(request, one.scenario.title)
    return practice_file.file_of(one, by=request.attendance)


# --- the list --------------------------------------------------------------------------------------------------------


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def practise(request: OfficeRequest) -> HttpResponse:
    """List the available exercises and those that the officer has started."""
    by = request.attendance
    mine = practice.mine(by=by)
    if request.method == "POST":
        ref = practice.begin(request.POST.get("exercise", "")[:40], by=by, at=session.now())
        return HttpResponseRedirect(reverse("practise-report", kwargs={"ref": ref}))
    context = {
        "offered": [
            {"one": one, "way": WAYS[one.way], "done": any(m.scenario == one and m.ended_on for m in mine)}
            for one in practice.scenarios().values()
        ],
        "mine": [
            {"one": one, "of": len(practice.answers(one)), "way": WAYS[one.scenario.way]} for one in mine
        ],
        "days": load_pack(settings.PACK).practice.kept_days,
    }
    return render(request, "office/practise.html", context)


@open_to(Audience.OFFICERS)
@require_GET
def people(request: OfficeRequest) -> HttpResponse:
    """Show supervisors their officers' exercises, with dates and a comparison of the answers.

    No text from the exercises is shown.
    """
    by = request.attendance
    names = {line.officer_id: line.officer for line in training.people(by=by, at=session.now())}
    lines = [
        {
            "officer": names.get(officer, ""),
            "title": practice.scenarios()[one.scenario].title,
            "ended_on": one.ended_on,
            "alike": sum(theirs == model for _, theirs, model in practice.answers(one)),
            "of": len(practice.answers(one)),
        }
        for officer, finished in practice.of_my_people(by=by).items()
        if officer in names
        for one in finished
    ]

    def newest(line: dict[str, object]) -> tuple[date, str]:
        day = line["ended_on"]
        return (day if isinstance(day, date) else date.min), str(line["officer"])

    lines.sort(key=newest, reverse=True)
    return render(request, "office/practise_people.html", {"lines": lines})


@open_to(Audience.OFFICERS)
@require_GET
def back(request: OfficeRequest, item: str = "", desk: str = "") -> HttpResponse:
    """Redirect to the list of exercises, in place of the queue."""
    return HttpResponseRedirect(reverse("practise"))


# --- one exercise ----------------------------------------------------------------------------------------------------


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show an invented report on the page used for real reports."""
    file = _file(request, ref)
    fields = report_forms.assessment_fields(file.header.kind)
    if request.method == "POST":
        return _assess(request, file, Form.posted(fields, request.POST.lists()))
    if file.header.stage == Stage.CLOSED:
        return HttpResponseRedirect(reverse("practise-answer", kwargs={"ref": ref}))
    with addresses_of_practice():
        values = report_pages.last_assessment(file.history, fields)
        values |= report_forms.preset_values(file.header.kind, request.GET.get("preset", "")) or {}
        return report_pages.show(request, (file, None), Form(fields, values=values))


def _assess(request: OfficeRequest, file: CaseFile, form: Form) -> HttpResponse:
    by, at, version = request.attendance, session.now(), version_of(request)
    status = 422
    if not form.errors:
        closing = report_forms.short_closing_of(form)
        try:
            assessment = report_forms.assessment_of(form)
            if closing is None:
                practice.assess(file.header.ref, assessment, version=version, by=by, at=at)
            else:
                practice.close(file.header.ref, closing, assessment, version=version, by=by, at=at)
        except Changed as changed:
            form, status = form.but(**{"": changed.theirs}), 409
        except NotNow as no:
            form, status = report_forms.assessment_refused(form, no)
        else:
            messages.success(request, "Practice: assessment saved. Nobody is notified.")
            return HttpResponseRedirect(reverse("practise-report", kwargs={"ref": file.header.ref}))
    with addresses_of_practice():
        return report_pages.show(request, (file, None), form, status)


@open_to(Audience.OFFICERS)
@require_POST
def take(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Take an invented report."""
    practice.take(ref, by=request.attendance, at=session.now())
    messages.success(request, "Practice: you have taken the report.")
    return HttpResponseRedirect(reverse("practise-report", kwargs={"ref": ref}))


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def ask(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Ask the invented reporter a question, with the same warnings and checklist as for a real one."""
    by, at, file = request.attendance, session.now(), _file(request, ref)
    pack = load_pack(settings.PACK)
    templates = pack.templates_for(file.header.kind)
    fields = report_forms.question_fields({code: one.label for code, one in templates.items()})
    sent = Contacts(sum(one.from_us for one in file.messages.lines), 0, ())
    form, do = Form(fields), request.POST.get("do")
    if do in {"same", "not-same"}:
        return HttpResponseRedirect(reverse("practise-not", kwargs={"ref": ref, "item": "same"}))
    if request.method == "GET":
        with addresses_of_practice():
            return reply_pages.write(request, file, form, sent=sent)
    form = Form.posted(fields, request.POST.lists())
    text = reply_pages.text_of(form, file.answers.language)
    if not form.errors and not text:
        form = form.but(text="Choose a question, or write your own")
    with addresses_of_practice():
        if form.errors or do == "write":
            return reply_pages.write(request, file, form, 422 if form.errors else 200, sent=sent)
        warned = reply_pages.warnings_of(file, text, sent)
        checks = (report_forms.WOULD_THIS_GIVE_THEM_AWAY, *((report_forms.DESPITE,) if warned else ()))
        if do != "send":
            said = "Practice: in real work this goes to the source unit, and nothing is sent."
            if do == "refer":
                messages.success(request, said)
            return reply_pages.preview(request, file, form, Form(checks), text, sent=sent)
        checked = Form.posted(checks, request.POST.lists())
        if not checked.errors and len(checked.chosen("safe")) < len(
            report_forms.WOULD_THIS_GIVE_THEM_AWAY.choices
        ):
            checked = checked.but(safe="Confirm each statement. If one is not true, change the message")
        if checked.errors:
            return reply_pages.preview(request, file, form, checked, text, 422, sent=sent)
        try:
            practice.ask(ref, text, version=version_of(request), by=by, at=at)
        except Changed as changed:
            return reply_pages.write(request, file, form.but(**{"": changed.theirs}), 409, sent=sent)
        except NotNow as no:
            return reply_pages.write(request, file, form.but(**{"": no.reason}), 409, sent=sent)
    messages.success(request, "Practice: nothing was sent. The invented reporter has answered.")
    return HttpResponseRedirect(reverse("practise-ask", kwargs={"ref": ref}))


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def close(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Close an invented report and show what a trainer would have decided."""
    by, at, file = request.attendance, session.now(), _file(request, ref)
    fields = closing_forms.closing_fields(file.header.kind)
    form, status = Form(fields, values={"tell": report_forms.FINISHED}), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            closing, version = closing_forms.closing_of(form), version_of(request)
            try:
                practice.close(ref, closing, version=version, by=by, at=at)
            except Changed as changed:
                form, status = form.but(**{"": changed.theirs}), 409
            except NotNow as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                return HttpResponseRedirect(reverse("practise-answer", kwargs={"ref": ref}))
    with addresses_of_practice():
        context = {"form": form, **move_of(file.header, Move.CLOSE)}
        return page(request, "office/close.html", file, "report-close", context, status)


_WHAT = {"danger": "Danger to life", "priority": "Priority", "outcome": "Outcome"}


def _in_words(what: str, value: object) -> str:
    pack = load_pack(settings.PACK)
    if what == "danger":
        return {True: "Yes", False: "No"}.get(value if isinstance(value, bool) else None, "Not said")  # type: ignore[arg-type]
    if what == "priority":
        return PRIORITIES.get(str(value), str(value))
    return pack.outcomes[str(value)].words if str(value) in pack.outcomes else str(value)


def _written(step: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(label, words) for label, words in step.get("words", {}).items() if words]


@open_to(Audience.OFFICERS)
@require_GET
def answer(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the officer's decisions beside a trainer's, once the exercise is over."""
    by = request.attendance
    one = practice.one(ref, by=by)
    mark(request, one.scenario.title)
    if one.ended_on is None:
        raise NotNow("Close the exercise first. You will then see what a trainer would have decided.")
    rows = [
        {
            "what": _WHAT[what],
            "mine": _in_words(what, mine),
            "model": _in_words(what, model),
            "same": mine == model,
        }
        for what, mine, model in practice.answers(one)
    ]
    context = {
        "one": one,
        "rows": rows,
        "written": [
            (MOVES[Move(step["move"])], wrote) for step in reversed(one.steps) if (wrote := _written(step))
        ],
        "said": [said["text"] for said in one.said if said["from_us"]],
        "told": practice.taken_down(ref, by=by).get("rows", []),
    }
    return render(request, "office/practise_answer.html", context)


@open_to(Audience.OFFICERS)
@require_GET
def not_practised(request: OfficeRequest, ref: UUID, item: str = "") -> HttpResponse:
    """Explain that this page exists only for real reports, not for exercises."""
    file = _file(request, ref)
    return render(request, "office/practise_not.html", {"ref": ref, "title": file.header.short})
