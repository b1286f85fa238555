"""Pages for a report's owner and its next action."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import Changed
from heedline.casework.journey import owners, transitions
from heedline.casework.journey.owners import Colleague
from heedline.casework.pages import case_file
from heedline.casework.pages.case_header import CaseHeader
from heedline.casework.report import editing
from heedline.casework.tasks import owner_notices
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Move, NotNow
from heedline.web.components.forms import Field, FieldOption, Form, Radios, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.shell.conflict import conflict, version_of
from heedline.web.shell.queue_links import from_query
from heedline.web.shell.report_page import move_of, page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored
from heedline.web.shell.writing_words import writing_line

#: How far ahead a review may be set, in minutes, and the words for it.
_LATER = {
    15: "In 15 minutes", 30: "In 30 minutes", 60: "In an hour", 240: "In 4 hours", 1440: "In a day",
    2880: "In 2 days", 10080: "In a week", 20160: "In 2 weeks", 40320: "In 4 weeks",
}  # fmt: skip


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def owner(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a report's owner, and change the owner.

    The owner may pass the report on. Otherwise a supervisor decides.
    """
    by, at = request.attendance, session.now()
    known = owners.candidates(ref, by=by, at=at)
    file = case_file.case_file(ref, by=by, at=at)
    fields = _owner_fields(known, file.header, by.officer_id)
    kept = restored(request, fields)
    form, status = kept or Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            to = UUID(form.text("to"))
            try:
                transitions.assign(ref, to, because=form.text("because"), by=by, at=at)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                name = next(one.name for one in known if one.id == to)
                who = "You are" if to == by.officer_id else f"{name} is"
                messages.success(request, f"{who} now the owner of this report.")
                there = reverse("report", kwargs={"ref": ref}) + from_query(request)
                return let_go(request, HttpResponseRedirect(there), by)
    context = {"form": form, **move_of(file.header, Move.ASSIGN, kept)}
    return page(request, "office/owner.html", file, "report-owner", context, status)


def _owner_fields(known: Iterable[Colleague], header: CaseHeader, me: UUID) -> tuple[Field, ...]:
    """Return the fields for choosing an owner.

    Taking a report from a colleague also requires a reason.
    """
    choice = Radios(
        name="to",
        label="Who owns this report?",
        hint="The deadline for the next action does not change.",
        required="Choose who owns this report",
        choices=tuple(
            FieldOption(
                value=str(one.id),
                label=f"{one.name} (you)" if one.id == me else one.name,
                hint="On duty" if one.on_duty else "",
            )
            for one in known
            if one.id != header.owner_id
        ),
        small=True,
    )
    if header.owner_id in {None, me}:
        return (choice,)
    return (choice, reason_field(header.owner or "The owner"))


def reason_field(told: str) -> TextArea:
    """Return the field for the reason for taking a report from its owner, who will be shown it."""
    return TextArea(
        name="because",
        label="Reason",
        hint=f"Sealed with the report. {told} is shown it under My work until they confirm that they have read it.",
        required="Give the reason",
        rows=3,
        limit=owner_notices.LONGEST,
    )


def _review_fields(header: CaseHeader) -> tuple[Field, ...]:
    return (
        Radios(
            name="later",
            label="When is the next review?",
            hint="The priority sets the latest time.",
            required="Choose the time of the review",
            choices=tuple(
                FieldOption(value=str(minutes), label=words)
                for minutes, words in _LATER.items()
                if timedelta(minutes=minutes) <= header.review_within
            ),
            small=True,
        ),
        TextArea(
            name="words",
            label="Why is a later review enough?",
            hint="Kept sealed with the report.",
            required="Write why a later review is enough",
            rows=4,
            limit=4000,
        ),
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def next_action(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Set the next review of a report, with a reason."""
    by, at = request.attendance, session.now()
    file = case_file.case_file(ref, by=by, at=at)
    fields = _review_fields(file.header)
    kept = restored(request, fields)
    form, status = kept or Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            review_at = at + timedelta(minutes=int(form.text("later")))
            try:
                transitions.set_review(
                    ref, review_at, form.text("words"), version=version_of(request), by=by, at=at
                )
            except Changed as changed:
                return conflict(request, ref, form, "report-next-action", changed)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                messages.success(request, "Recorded. The next action has a new deadline.")
                there = reverse("report", kwargs={"ref": ref}) + from_query(request)
                return let_go(request, HttpResponseRedirect(there), by)
    context = {"form": form, **move_of(file.header, Move.REVIEW, kept)}
    return page(request, "office/next_action.html", file, "report-next-action", context, status)


@open_to(Audience.UNLOCKED)
@require_POST
def keep_writing(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Extend the officer's editing lease while they are typing, and show when it expires."""
    at = session.now()
    writing = editing.keep_writing(ref, by=request.attendance, at=at)
    line = writing_line(writing, at=at, with_others=True)
    return render(request, "shell/parts/writing_said.html", {"writing": line})
