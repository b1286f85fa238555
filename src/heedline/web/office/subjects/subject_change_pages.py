"""Pages for changing a subject: undoing or restoring a link, and adding or correcting a value."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import NoRoom
from heedline.casework.pages import case_file
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.search.subject_entries import SubjectBasis, SubjectLink
from heedline.casework.subjects import changing
from heedline.casework.subjects.offering import BehaviourNotStated
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Field, FieldOption, Form, Radios, Select, TextArea, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.office.subjects.subject_pages import BASIS_HINT, TOO_LONG, WHY
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored
from heedline.web.shell.subject_words import BASES, VALUES, link_words, value_words

_NOT_SAME, _UNDO, _LINK = "not-same", "undo", "link"
_CORRECT, _WITHDRAW = "correct", "withdraw"
_BASIS = Radios(
    name="basis",
    label="Fact or assessment?",
    hint=BASIS_HINT,
    required="Choose fact or assessment",
    choices=tuple(FieldOption(value=str(code), label=label) for code, label in BASES.items()),
    small=True,
)
_WRITTEN = TextInput(name="written", label="Value", limit=changing.LONGEST_VALUE, required="Enter the value")
_VALUE: tuple[Field, ...] = (
    Select(
        name="kind",
        label="Kind of value",
        required="Choose the kind of value",
        choices=tuple(FieldOption(value=str(code), label=label) for code, label in VALUES.items()),
    ),
    _WRITTEN,
    _BASIS,
    WHY,
)
_CORRECTION: tuple[Field, ...] = (
    Radios(
        name="do",
        label="What do you want to do?",
        required="Choose whether to correct or withdraw it",
        choices=(
            FieldOption(value=_CORRECT, label="Correct it"),
            FieldOption(
                value=_WITHDRAW,
                label="Withdraw it",
                hint="It no longer counts as a value of the subject. It stays in the history.",
            ),
        ),
        small=True,
    ),
    TextInput(
        name="written",
        label="Corrected value",
        hint="Leave it as it is to change only whether it is a fact.",
        limit=changing.LONGEST_VALUE,
    ),
    _BASIS,
    WHY,
)


def _linking(linked: bool) -> tuple[Field, ...]:
    """Return the form fields for undoing a link or for linking the report again."""
    undo = (
        FieldOption(
            value=_NOT_SAME,
            label="Not the same",
            hint="The report is about a different subject. Anyone who links it again will be told.",
        ),
        FieldOption(
            value=_UNDO, label="Linked by mistake", hint="Nothing is said about whether they are the same."
        ),
    )
    again = (
        FieldOption(
            value=_LINK, label="Link the report again", hint="With the values that were recorded before."
        ),
    )
    told = TextArea(
        name="behaviour",
        label="What did they do or say?",
        hint="Needed if the account in the report does not say what anyone did or said, and no officer has said so before.",
        rows=3,
        limit=changing.LONGEST_WHY,
    )
    return (
        Radios(
            name="do",
            label="Why is the link undone?" if linked else "What do you want to do?",
            required="Choose why the link is undone" if linked else "Choose what to do",
            choices=undo if linked else again,
            small=True,
        ),
        *([] if linked else [told]),
        WHY,
    )


def _opened(request: OfficeRequest, ref: UUID, link: UUID) -> tuple[CaseFile, SubjectLink, str]:
    """Return a report with its link to a subject, and the subject's name, or raise Http404."""
    file, named = case_file.with_headings(ref, by=request.attendance, at=session.now())
    one = next((one for one in file.subjects if one.id == link), None)
    if one is None:
        raise Http404
    return file, one, named.get(one.id, "")


def _back(request: OfficeRequest, ref: UUID, link: UUID, said: str) -> HttpResponse:
    messages.success(request, said)
    there = HttpResponseRedirect(with_queue(request, "report-subject", ref=ref, link=link))
    return let_go(request, there, request.attendance)


def _shown(
    request: OfficeRequest,
    template: str,
    file: CaseFile,
    named: tuple[SubjectLink, str],
    form: Form,
    status: int,
    **more: Any,
) -> HttpResponse:
    one, heading = named
    context = {"form": form, "link": link_words(one, heading), "linked": one.in_force, **more}
    return page(request, template, file, "report-subject", context, status)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def link(request: OfficeRequest, ref: UUID, link: UUID) -> HttpResponse:
    """Undo or restore a report's link to a subject, keeping its history."""
    by, at = request.attendance, session.now()
    file, one, heading = _opened(request, ref, link)
    fields = _linking(one.in_force)
    kept = restored(request, fields)
    form, status = kept or Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            do, why = form.text("do"), form.text("why")
            try:
                if one.in_force:
                    changing.undo(ref, link, why, not_same=do == _NOT_SAME, by=by, at=at)
                else:
                    changing.relink(ref, link, why, behaviour=form.text("behaviour"), by=by, at=at)
            except NoRoom:
                form = form.but(why=TOO_LONG)
            except BehaviourNotStated as no:
                form = form.but(behaviour=no.reason)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                return _back(request, ref, link, "Link undone." if one.in_force else "Report linked again.")
    came_back = {"words_came_back": kept is not None}
    return _shown(request, "office/report_subject_link.html", file, (one, heading), form, status, **came_back)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def add(request: OfficeRequest, ref: UUID, link: UUID) -> HttpResponse:
    """Add a value to a subject, with the officer as its source."""
    by, at = request.attendance, session.now()
    file, one, heading = _opened(request, ref, link)
    kept = restored(request, _VALUE)
    form, status = kept or Form(_VALUE), 200
    if request.method == "POST":
        form, status = Form.posted(_VALUE, request.POST.lists()), 422
        if not form.errors:
            basis = SubjectBasis(form.text("basis"))
            told = form.text("kind"), form.text("written"), basis, form.text("why")
            try:
                changing.add_value(ref, link, *told, by=by, at=at)
            except NoRoom:
                form = form.but(written=TOO_LONG)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                return _back(request, ref, link, "Value added.")
    came_back = {"words_came_back": kept is not None}
    return _shown(
        request, "office/report_subject_value.html", file, (one, heading), form, status, **came_back
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def correct(request: OfficeRequest, ref: UUID, link: UUID, value: UUID) -> HttpResponse:
    """Correct or withdraw a subject's value, keeping the earlier one."""
    by, at = request.attendance, session.now()
    file, one, heading = _opened(request, ref, link)
    held = next((each for each in one.values if each.id == value), None)
    if held is None:
        raise Http404
    kept = restored(request, _CORRECTION)
    form = kept or Form(_CORRECTION, {"written": held.written, "basis": str(held.basis)})
    status = 200
    if request.method == "POST":
        form, status = Form.posted(_CORRECTION, request.POST.lists()), 422
        withdrawn = form.text("do") == _WITHDRAW
        if not withdrawn and not form.text("written") and not form.errors:
            form = form.but(written="Enter the corrected value")
        if not form.errors:
            written = "" if withdrawn else form.text("written")
            try:
                changing.correct(
                    ref,
                    link,
                    value,
                    written,
                    SubjectBasis(form.text("basis")),
                    form.text("why"),
                    by=by,
                    at=at,
                )
            except NoRoom:
                form = form.but(written=TOO_LONG)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                done = "Value withdrawn." if withdrawn else "Value corrected."
                return _back(request, ref, link, f"{done} The earlier value is kept in the history.")
    more: dict[str, Any] = {"value": value_words(held), "words_came_back": kept is not None}
    return _shown(request, "office/report_subject_correct.html", file, (one, heading), form, status, **more)
