"""Practice calls (`/w/practise/call/`), on the same page as real calls.

Nothing is saved during the call, and nothing is sent.
"""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.journey import practice
from heedline.intake.one_page import whole
from heedline.intake.summary import check_rows
from heedline.packs.rules.practice import Scenario
from heedline.packs.urgency import Urgency
from heedline.web.declared import Audience, open_to
from heedline.web.office.calls import call_forms, call_pages
from heedline.web.office.calls.call_forms import Sheet
from heedline.web.office.practice.practice_pages import addresses_of_practice, mark
from heedline.web.shell.request import OfficeRequest

#: Which exercise this session's practice call is, in the session.
_EXERCISE = "practice-call"
NOT_KEPT = "Practice: nothing is kept."


def _scenario(request: OfficeRequest) -> Scenario:
    code = request.POST.get("exercise") or request.session.get(_EXERCISE, "")
    found = practice.scenarios().get(code)
    if found is None or found.way != "call":
        raise NotHere
    return found


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def call(request: OfficeRequest) -> HttpResponse:
    """Show the call page in practice mode.

    Every button redisplays the page. Finish or Call dropped ends the exercise.
    """
    practice.mine(by=request.attendance)
    scenario = _scenario(request)
    mark(request, scenario.title, scenario.caller)
    if request.method == "POST" and "exercise" in request.POST:
        request.session[_EXERCISE] = scenario.code
        return HttpResponseRedirect(reverse("practise-call"))
    sheet = _sheet(request, scenario)
    do = request.POST.get("do", "")
    if do == "throw-away":
        return HttpResponseRedirect(reverse("practise"))
    if do.startswith("more.") and (more := call_forms.with_one_more(sheet, do.removeprefix("more."))):
        sheet = more[0]
    if do in {"finish", "dropped"}:
        return _end(request, scenario, sheet, dropped=do == "dropped")
    return _show(request, sheet)


def _sheet(request: OfficeRequest, scenario: Scenario) -> Sheet:
    at = session.now()
    if request.method == "GET":
        return call_forms.sheet_of({"kind": [scenario.kind]}, offered=True, at=at)
    shown = request.POST.get("kind-shown", "")
    typed = call_forms.posted_over({}, dict(request.POST.lists()), kind=shown, offered=True)
    return call_forms.sheet_of(typed, offered=True, at=at)


def _show(
    request: OfficeRequest, sheet: Sheet, status: int = 200, errors: dict[str, str] | None = None
) -> HttpResponse:
    with addresses_of_practice():
        return call_pages.show(request, None, sheet, status, errors)


def _end(request: OfficeRequest, scenario: Scenario, sheet: Sheet, *, dropped: bool) -> HttpResponse:
    by, at = request.attendance, session.now()
    if not sheet.reading.told:
        wrong = {".".join(sheet.asked.narrative): call_pages.NO_ACCOUNT}
        return _show(request, sheet, 422, wrong)
    if sheet.errors and not dropped:
        return _show(request, sheet, 422, sheet.errors)
    answers = whole(sheet.asked, sheet.reading)
    rows = [
        [section.title, [[row.label, list(row.lines)] for row in section.rows if row.given]]
        for section in check_rows(sheet.asked, answers, identity_offered=True)
        if any(row.given for row in section.rows)
    ]
    danger = sheet.record().urgency == Urgency.DANGER
    ref = practice.take_down(scenario.code, danger=danger, told={"rows": rows}, by=by, at=at)
    request.session.pop(_EXERCISE, None)
    return HttpResponseRedirect(reverse("practise-answer", kwargs={"ref": ref}))


@open_to(Audience.OFFICERS)
@require_POST
def save(request: OfficeRequest) -> HttpResponse:
    """Answer the script's save request, made every twenty seconds, without saving anything."""
    practice.mine(by=request.attendance)
    return JsonResponse({"said": NOT_KEPT, "edition": 0, "call": ""})
