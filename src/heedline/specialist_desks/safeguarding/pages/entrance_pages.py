"""The entrance to cases at a report: earlier cases beside it, joining one, and opening a new one."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.pages import case_file
from heedline.casework.search.index_rows import MOST_NEW
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.safeguarding import cases, joined_reports
from heedline.specialist_desks.safeguarding.pages import case_form
from heedline.specialist_desks.safeguarding.pages.case_pages import WORDS
from heedline.web.components.forms import Form, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored
from heedline.web.shell.seen_words import earlier_words

_TAB: Final = "safeguarding-of-report"
_REFERENCE: Final = (
    TextInput(
        name="reference",
        label="Reference of another case",
        hint="For example, ABCD-EFG.",
        required="Enter the reference of the case",
        width=10,
    ),
)


def _case(ref: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("safeguarding-case", kwargs={"ref": ref}))


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def of_report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a report's case, or the cases of earlier reports that share details with it, and join the report to one."""
    by, at = request.attendance, session.now()
    if not cases.desks_of(by):
        raise NotHere
    form, status = Form(_REFERENCE), 200
    if request.method == "POST":
        try:
            if (chosen := request.POST.get("case", "")) == "":
                form = Form.posted(_REFERENCE, request.POST.lists())
                if not form.errors:
                    chosen = str(cases.by_reference(form.text("reference"), by=by))
            if not form.errors:
                case = _uuid(chosen)
                cases.join(ref, case, by=by, at=at)
                messages.success(request, "The report joined the case.")
                return _case(case)
        except NotNow as no:
            form = form.but(**{"reference" if no.about == "reference" else "": no.reason})
        status = 422
    file, seen = case_file.with_earlier(ref, by=by, at=at, most_new=MOST_NEW)
    mine = joined_reports.cases_of([ref], by=by).get(ref)
    others = [one for one in seen.earlier if one.verdict != LinkVerdict.NOT_SAME]
    earlier = set(joined_reports.cases_of([one.ref for one in others], by=by).values())
    lines = joined_reports.lines(earlier | ({mine} if mine else set()), by=by)
    cards = {one.ref: {"line": one, "state": WORDS.states[one.state]} for one in lines}
    context = {
        "joined": mine is not None,
        "cases": [one for case, one in cards.items() if mine in (None, case)],
        "others": [one for case, one in cards.items() if case != mine],
        "earlier": [earlier_words(one) for one in others],
        "form": form,
    }
    return page(request, "safeguarding/of_report.html", file, _TAB, context, status)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotHere from None


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def open_case(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Open a case from a report, which is shown beside the form as it was received."""
    by, at = request.attendance, session.now()
    if not cases.desks_of(by):
        raise NotHere
    form, status = restored(request, case_form.FIELDS) or Form(case_form.FIELDS), 200
    if request.method == "POST":
        form, status = Form.posted(case_form.FIELDS, request.POST.lists()), 422
        if not form.errors:
            try:
                case = cases.open_case(ref, case_form.case_of(form), by=by, at=at)
            except NotNow as no:
                form = form.but(**{no.about: no.reason})
            else:
                messages.success(request, "The case is open. You own its risk.")
                return let_go(request, _case(case), by)
    file = case_file.case_file(ref, by=by, at=at)
    return page(request, "safeguarding/open.html", file, _TAB, {"form": form}, status)
