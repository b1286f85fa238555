"""Pages for earlier reports that share details with a report, and for deciding whether two are linked."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import CannotOpen, NoRoom
from heedline.casework.pages import case_file
from heedline.casework.search import link_decisions, searching
from heedline.casework.search.index_rows import MOST_NEW
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.casework.search.seen_before import EarlierReport
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, FieldOption, Form, Radios, TextArea, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.office.report import compare_words
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_page import denied, page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored
from heedline.web.shell.seen_words import earlier_words, one_of, seen_words

NO_SUCH_REPORT = "No report at your desks has this reference"
ITSELF = "This is the reference of the report itself. Enter another"
_ANOTHER = (
    TextInput(
        name="other",
        label="Compare with another report",
        hint="Enter the reference of a report at your desks, such as one that you found by searching.",
        required="Enter a reference",
        limit=20,
    ),
)
TOO_LONG = "This reason is too long. Shorten it."
_CHOICES = {
    LinkVerdict.SAME: ("Same", "They are about the same person, vehicle, account or event"),
    LinkVerdict.NOT_SAME: (
        "Not the same",
        "They share details, but are about different people, vehicles, accounts or events",
    ),
    LinkVerdict.NOT_SURE: ("Not sure", "There is not enough to decide yet"),
    LinkVerdict.UNDONE: (
        "Undo the decision",
        "The reports count as undecided again. Earlier decisions can still be read",
    ),
}


def _fields(decided: bool) -> tuple[Field, ...]:
    """Return the fields for the decision form.

    A decision can only be undone if there is one.
    """
    return (
        Radios(
            name="verdict",
            label="Do these two reports belong together?",
            hint="Your decision does not merge, hide or close any report.",
            required="Choose whether they belong together",
            choices=tuple(
                FieldOption(value=str(code), label=label, hint=hint)
                for code, (label, hint) in _CHOICES.items()
                if decided or code is not LinkVerdict.UNDONE
            ),
            small=True,
        ),
        TextArea(
            name="why",
            label="Why?",
            hint="Sealed like the report. Everyone who can open either report can read it.",
            required="Say why",
            rows=3,
            limit=link_decisions.LONGEST,
        ),
    )


@open_to(Audience.UNLOCKED)
@require_GET
def seen(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show earlier reports that share details with this one, twelve at a time, and the decisions about each.

    Another report at the officer's desks can be named to be compared with this one.
    """
    by, at = request.attendance, session.now()
    form, status = Form(_ANOTHER), 200
    if "other" in request.GET:
        form = Form.posted(_ANOTHER, request.GET.lists())
        if not form.errors:
            other = searching.comparable_report(form.text("other"), by=by)
            if other not in {None, ref}:
                return HttpResponseRedirect(with_queue(request, "report-link", ref=ref, other=other))
            form = form.but(other=NO_SUCH_REPORT if other is None else ITSELF)
        status = 422
    after = request.GET.get("after", "0")
    before = int(after) if after.isascii() and after.isdecimal() and len(after) < 5 else 0
    file, found = case_file.with_earlier(ref, by=by, at=at, before=before, most_new=MOST_NEW)
    context = {
        "seen": seen_words(found, links=file.subjects),
        "denied": denied(file, found),
        "form": form,
        "restricted": found.restricted,
    }
    return page(request, "office/seen.html", file, "report-seen", context, status)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def link(request: OfficeRequest, ref: UUID, other: UUID) -> HttpResponse:
    """Show two reports beside each other, and record a decision on whether they belong together.

    The other report is opened, and that is logged as any opening of it is. Earlier decisions are kept.
    """
    by, at = request.attendance, session.now()
    fields = _fields(decided=True)
    kept = restored(request, fields)
    form, status = kept, 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            try:
                link_decisions.decide(
                    ref, other, LinkVerdict(form.text("verdict")), form.text("why"), by=by, at=at
                )
            except NoRoom:
                form = form.but(why=TOO_LONG)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                messages.success(request, "Decision recorded.")
                there = HttpResponseRedirect(with_queue(request, "report-seen", ref=ref))
                return let_go(request, there, by)
    file, found = case_file.with_earlier(ref, by=by, at=at, chosen=other)
    one: EarlierReport | None = one_of(found, other)
    if one is None:
        raise Http404
    beside = None
    with suppress(CannotOpen):
        beside = case_file.case_file(other, by=by, at=at)
    shown = _fields(decided=bool(one.verdict))
    form = Form(shown, form.values, form.errors) if form is not None else Form(shown)
    context = {
        "form": form,
        "one": earlier_words(one, file.subjects),
        "denied": denied(file, replace(found, earlier=(one,))),
        "sides": compare_words.sides(one, file, beside),
        "unread": beside is None,
        "words_came_back": kept is not None,
    }
    return page(request, "office/link.html", file, "report-link", context, status)
