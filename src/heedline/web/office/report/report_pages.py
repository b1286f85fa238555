"""Pages for reading, assessing, closing, handing over and reopening a report, and for its history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import Changed, NotHere
from heedline.casework.journey import closing as kept_closing
from heedline.casework.journey import closing_rules, repeat_reports, transitions
from heedline.casework.journey.transitions import Assessment
from heedline.casework.pages import access_history, case_file, hand_overs
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.pages.case_history import CaseHistory
from heedline.casework.search.seen_before import SeenBefore
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Move, NotNow, Stage
from heedline.web.components.forms import Field, FieldOption, Form, Radios, Value
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.office.report import closing_forms, report_forms
from heedline.web.office.report.queue_pages import open_next, report_address
from heedline.web.office.report.report_words import act_words
from heedline.web.shell.conflict import conflict, version_of
from heedline.web.shell.queue_links import came_from, from_query, queue_address, results_address, with_queue
from heedline.web.shell.report_page import move_of, page, page_beside
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored
from heedline.web.shell.seen_words import denied_links, seen_words
from heedline.web.shell.subject_words import link_words

#: Earlier reports that stand beside the assessment. The others have a page.
_BESIDE = 5
SAVE_STAY = "save-stay"
#: What an officer is told whose closure is kept.
CLOSURE_KEPT = (
    "Closure pending. The report will close once it has been compared with the reports of other desks."
)
HAND_OVER, HAND_OVER_NEXT = "hand-over", "hand-over-next"


def last_assessment(history: CaseHistory, fields: Iterable[Field]) -> dict[str, Value]:
    """Return the form values of the last assessment, or an empty dict if there is none.

    `fields` are those of the form, whose coded answers are stored in words.
    """
    step = history.last(Move.ASSESS)
    if step is None:
        return {}
    codes, words = dict(step.codes), dict(step.words)
    coded = {
        each.name: report_forms.codes_of(each, words.get(each.label, ""))
        for each in fields
        if each.name.startswith("coded_")
    }
    return {
        **coded,
        "danger": "yes" if codes.get("danger") == "True" else "no",
        "priority": codes.get("priority", ""),
        "done_what": words.get("Behaviour reported", ""),
        "reason": words.get("Reason", ""),
        **{each.name: words.get(each.label, "") for each in fields if each.name.startswith("risk_")},
    }


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the report's answers on the left and the desk's assessment on the right.

    Saving leads to the next report of the queue.
    """
    if request.method == "POST":
        return _assess(request, ref)
    file, seen = case_file.with_earlier(ref, by=request.attendance, at=session.now())
    fields = _fields(file.header.kind)
    kept = restored(request, fields)
    values = last_assessment(file.history, fields)
    preset = report_forms.preset_values(file.header.kind, request.GET.get("preset", "")) or {}
    values |= preset
    form = kept or Form(fields, values=values)
    return show(request, (file, seen), form, filled=bool(preset), words_came_back=kept is not None)


def show(
    request: OfficeRequest,
    opened: tuple[CaseFile, SeenBefore | None],
    form: Form,
    status: int = 200,
    *,
    filled: bool = False,
    **more: Any,
) -> HttpResponse:
    """Show a report with the earlier reports beside it.

    The page opens at the top, so that the report is read first, and nothing has the focus: an arrow key that is meant to
    scroll would answer a question. After a preset (`filled`) the first question has the focus. An invented report of an
    exercise has no earlier reports.
    """
    file, seen = opened
    header = file.header
    risk = tuple(each for each in form.fields if each.name.startswith("risk_"))
    work = Form(tuple(each for each in form.fields if each not in risk), form.values, form.errors)
    undecided = [one.short for one in seen.earlier if one.undecided] if seen is not None else []
    quick = not file.marked and not file.child and not undecided
    if not quick:
        work = report_forms.without_quick_closing(work)
    context = {
        "form": form,
        "assessment": report_forms.first_focused(work) if filled and header.may(Move.ASSESS) else work,
        "presets": report_forms.presets_of(header.kind) if quick and header.may(Move.ASSESS) else [],
        "not_quick": not quick,
        "undecided": undecided,
        "child": file.child,
        "marked": [
            (
                one.sentence,
                ", ".join(words for mark, words in closing_rules.MARKS.items() if mark in one.marks),
            )
            for one in file.marked
        ],
        "risk": Form(risk, form.values, form.errors),
        "risk_name": load_pack(settings.PACK).risk_prompts.name,
        "risk_open": any(form.text(each.name) or each.name in form.errors for each in risk),
        "may_assess": header.may(Move.ASSESS),
        "may_pass_danger": not header.confidential
        and not header.danger_to_life
        and header.stage is not Stage.CLOSED
        and request.attendance.may(Capability.ASSESS),
        "may_take": header.may(Move.TAKE),
        "may_release": header.may(Move.RELEASE),
        "may_assign": header.may(Move.ASSIGN),
        "may_next_action": header.may(Move.REVIEW),
        "may_return": header.may(Move.RETURN),
        "may_reopen": header.may(Move.REOPEN),
        "may_withdraw": header.may(Move.STOP_CLOSING),
        "kept": file.history.last(Move.KEEP_CLOSING) if header.stage is Stage.CLOSING else None,
        "pending": header.stage is Stage.CLOSED
        and not kept_closing.is_compared(header.ref, by=request.attendance),
        "why_not": header.why_not(Move.ASSESS),
        "planned_steps": _planned_steps() if header.planned else (),
        "seen": seen_words(seen, most=_BESIDE, links=file.subjects) if seen is not None else None,
        "denied": denied_links(seen, header.kind, _answers(form)) if seen is not None else None,
        "subjects": [link_words(one) for one in file.subjects if one.in_force],
    }
    return page(request, "office/report.html", file, "report", {**context, **more}, status)


def _fields(kind: str) -> tuple[Field, ...]:
    return (*report_forms.assessment_fields(kind), *report_forms.risk_fields(kind))


def _planned_steps() -> list[str]:
    """Return the pack's first steps when something is planned, with the emergency number."""
    pack = load_pack(settings.PACK)
    return [one.format(emergency=pack.numbers["emergency"].number) for one in pack.plan_words.steps]


def _answers(form: Form) -> dict[str, str]:
    """Return the chosen wording of each question of an assessment form, by its label."""
    return {
        field.label: option.label
        for field in form.fields
        if isinstance(field, Radios)
        for option in field.choices
        if isinstance(option, FieldOption) and option.value == form.text(field.name)
    }


def _assess(request: OfficeRequest, ref: UUID) -> HttpResponse:
    by, at = request.attendance, session.now()
    form = Form.posted(_fields(case_file.kind_of(ref, by=by)), request.POST.lists())
    if form.errors:
        return show(request, case_file.with_earlier(ref, by=by, at=at), form, 422)
    closing = report_forms.short_closing_of(form)
    try:
        assessment = report_forms.assessment_of(form)
        if closing is None:
            transitions.assess(ref, assessment, version=version_of(request), by=by, at=at)
            done = "Assessed."
        else:
            closed = transitions.assess_and_close(
                ref, assessment, closing, version=version_of(request), by=by, at=at
            )
            done = "Assessed and closed." if closed else f"Assessed. {CLOSURE_KEPT}"
    except Changed as changed:
        return conflict(request, ref, form, "report", changed)
    except NotNow as no:
        form, status = report_forms.assessment_refused(form, no)
        return show(request, case_file.with_earlier(ref, by=by, at=at), form, status)
    except Refused as no:
        return show(request, case_file.with_earlier(ref, by=by, at=at), form.but(**{"": no.reason}), 409)
    if assessment.danger_to_life:  # never the next report
        messages.success(request, "Assessment saved. A supervisor is being paged.")
        return let_go(request, HttpResponseRedirect(with_queue(request, "report-danger", ref=ref)), by)
    return let_go(request, go_on(request, ref, done, stay=request.POST.get("do") == SAVE_STAY), by)


def go_on(request: OfficeRequest, ref: UUID, done: str, *, stay: bool) -> HttpResponse:
    """Redirect to the same report, or take the next report in the queue and open it."""
    code, query = came_from(request), from_query(request)
    if stay:
        messages.success(request, done)
        return HttpResponseRedirect(reverse("report", kwargs={"ref": ref}) + query)
    following = open_next(request.attendance, queue_code=code, after=ref)
    if following is None:
        messages.success(request, f"{done} Nothing else is waiting.")
        return HttpResponseRedirect(queue_address(code))
    messages.success(request, f"{done} This is the next report. You are now its owner.")
    # the next report was not found by the search that the officer came from
    return HttpResponseRedirect(report_address(following) + ("" if results_address(code) else query))


def _to_the_queue(request: OfficeRequest, done: str) -> HttpResponse:
    """Redirect to the queue the officer came from, without taking another report."""
    messages.success(request, done)
    return HttpResponseRedirect(queue_address(came_from(request)))


#: What stands in the assessment by which an adviser passes danger on.
PASSED_ON = Assessment(
    danger_to_life=True,
    done_what="Someone may be in danger. What the adviser knows is on the page Danger to life.",
    priority="high",
    reason="Passed to the round-the-clock desk by an adviser.",
)


@open_to(Audience.UNLOCKED)
@require_POST
def pass_danger(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Record a danger to life on a request to an ordinary service, which adds the round-the-clock desk and pages it."""
    by, at = request.attendance, session.now()
    if case_file.case_file(ref, by=by, at=at).header.confidential:
        raise NotHere
    try:
        transitions.pass_danger_on(ref, PASSED_ON, by=by, at=at)
    except (NotNow, Refused) as no:
        messages.error(request, f"Not passed on. {no.reason}")
    else:
        messages.success(request, "Passed on. Supervisors are being paged. Write below what you know.")
        return HttpResponseRedirect(with_queue(request, "report-danger", ref=ref))
    return HttpResponseRedirect(with_queue(request, "report", ref=ref))


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def close(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Close an assessed report with an outcome, a reason and a status for the reporter.

    It can be reopened.
    """
    by, at = request.attendance, session.now()
    fields = closing_forms.closing_fields(case_file.kind_of(ref, by=by))
    kept = restored(request, fields)
    form = kept or Form(fields, values={"tell": report_forms.FINISHED})
    status = 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            try:
                closed = transitions.close(
                    ref, closing_forms.closing_of(form), version=version_of(request), by=by, at=at
                )
            except Changed as changed:
                return conflict(request, ref, form, "report-close", changed)
            except (NotNow, Refused) as no:
                form, status = closing_forms.closing_refused(form, no)
            else:
                stay = request.POST.get("do") == SAVE_STAY
                return let_go(
                    request, go_on(request, ref, "Closed." if closed else CLOSURE_KEPT, stay=stay), by
                )
    file = case_file.case_file(ref, by=by, at=at)
    check = repeat_reports.check_closing(ref, by=by, at=at)
    context = {"form": form, "check": check, **move_of(file.header, Move.CLOSE, kept)}
    return page(request, "office/close.html", file, "report-close", context, status)


@open_to(Audience.UNLOCKED)
@require_POST
def withdraw_closing(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Withdraw a kept closure of a report, which stays with its owner."""
    try:
        kept_closing.withdraw(ref, by=request.attendance, at=session.now())
    except (NotNow, Refused) as no:
        messages.error(request, no.reason)
    else:
        messages.success(request, "Closure withdrawn. Assess the report again before you close it.")
    return HttpResponseRedirect(with_queue(request, "report", ref=ref))


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def hand_over(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Hand a report over to another desk.

    Confirmation is asked for first, because the report leaves this desk.
    """
    by, at = request.attendance, session.now()
    file = case_file.case_file(ref, by=by, at=at)
    to = case_file.other_desks(file.header)
    unstaffed = hand_overs.unstaffed(at)
    fields = report_forms.hand_over_fields(to, unstaffed)
    kept = restored(request, fields)
    form, status, sure = kept or Form(fields), 200, False
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        sure = not form.errors
        if sure and request.POST.get("do") in (HAND_OVER, HAND_OVER_NEXT):
            try:
                transitions.hand_over(
                    ref, form.text("to"), form.text("because"), version=version_of(request), by=by, at=at
                )
            except Changed as changed:
                return conflict(request, ref, form, "report-hand-over", changed)
            except (NotNow, Refused) as no:
                form, status, sure = form.but(**{"": no.reason}), 409, False
            else:
                done = f"Handed over to {dict(to)[form.text('to')]}, who accept or return it."
                if request.POST["do"] == HAND_OVER_NEXT:
                    return let_go(request, go_on(request, ref, done, stay=False), by)
                return let_go(request, _to_the_queue(request, done), by)
    context = {"form": form, **move_of(file.header, Move.HAND_OVER, kept)}
    if sure:
        context["to_name"] = dict(to)[form.text("to")]
        context["nobody_there"] = form.text("to") in unstaffed
        context["readers"] = hand_overs.readers_after(ref, form.text("to"), by=by)
        return page(request, "office/hand_over_sure.html", file, "report-hand-over", context)
    return page(request, "office/hand_over.html", file, "report-hand-over", context, status)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def return_to(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Return a report to the desk that handed it over, with a reason, before it has been accepted."""

    def do(because: str) -> None:
        transitions.return_to(
            ref, because, version=version_of(request), by=request.attendance, at=session.now()
        )

    return _with_a_reason(
        request,
        ref,
        Move.RETURN,
        report_forms.RETURNING,
        do,
        template="office/return.html",
        done="Returned.",
        stay=False,
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def reopen(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Reopen a closed report and return it to its desk's queue."""

    def do(because: str) -> None:
        transitions.reopen(ref, because, by=request.attendance, at=session.now())

    return _with_a_reason(
        request,
        ref,
        Move.REOPEN,
        report_forms.REOPENING,
        do,
        template="office/reopen.html",
        done="Open again, in the desk's queue.",
        stay=True,
    )


def _with_a_reason(
    request: OfficeRequest,
    ref: UUID,
    move: Move,
    fields: tuple[Field, ...],
    do: Callable[[str], None],
    *,
    template: str,
    done: str,
    stay: bool,
) -> HttpResponse:
    """Show the form for a transition that needs only a reason, and call `do` when it is posted.

    Afterwards the same report is shown if `stay`, otherwise the queue.
    """
    by, tab = request.attendance, f"report-{move}"
    kept = restored(request, fields)
    form, status = kept or Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            try:
                do(form.text("because"))
            except Changed as changed:
                return conflict(request, ref, form, tab, changed)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                gone_on = go_on(request, ref, done, stay=True) if stay else _to_the_queue(request, done)
                return let_go(request, gone_on, by)
    file = case_file.case_file(ref, by=by, at=session.now())
    context = {"form": form, **move_of(file.header, move, kept)}
    return page(request, template, file, tab, context, status)


@open_to(Audience.UNLOCKED)
@require_GET
def history(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show who viewed and who changed the report.

    Viewing this page is recorded as well.
    """
    by, at = request.attendance, session.now()
    short, lines = access_history.history(ref, by=by, at=at)
    context = {
        "ref": ref,
        "short": short,
        "lines": [
            {
                "when_words": one.when_words,
                "by": one.by,
                "act_words": act_words(one.act),
                "refused": one.refused,
            }
            for one in lines
        ],
    }
    return page_beside(
        request, ref, "report-history", "office/history.html", "office/history_alone.html", context
    )
