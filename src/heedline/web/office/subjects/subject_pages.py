"""Pages for a report's subjects: the list, the link form and a subject's own page."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from heedline.audit.acts import Act
from heedline.casework.access import session
from heedline.casework.errors import NoRoom
from heedline.casework.pages import case_file
from heedline.casework.search.subject_entries import SubjectBasis, SubjectKind, SubjectLink
from heedline.casework.subjects import changing, offering, reading
from heedline.casework.subjects.changing import NewSubjectLink
from heedline.casework.subjects.offering import BehaviourNotStated, OfferedSubject, SubjectOffer
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import (
    Checkboxes,
    Divider,
    Field,
    FieldOption,
    Form,
    Radios,
    Select,
    TextArea,
    TextInput,
)
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored
from heedline.web.shell.subject_words import (
    BASES,
    KINDS,
    VALUES,
    link_words,
    offered_words,
    view_words,
    when_words,
)

TOO_LONG = "This is too long. Choose fewer values, or shorten the text."
BASIS_HINT = "A fact is something that somebody saw or heard, or that a record shows. An assessment is somebody’s conclusion."
_LATER = "You can undo the link later. It does not merge, hide or close any report."
_FIRST_COMPARE = (
    "To link a subject that exists already, first compare this report with one about that subject under Seen before, "
    "and decide that they are the same."
)
_LINK, _NOT_SAME, _NEW = "link", "not-same", "new-"
_BASES = tuple(FieldOption(value=str(code), label=label) for code, label in BASES.items())
WHY = TextArea(
    name="why",
    label="Reason",
    hint="Sealed like the report. Everyone who can open the report can read it.",
    required="Give a reason",
    rows=3,
    limit=changing.LONGEST_WHY,
)
#: What the subject did or said, for a report whose account does not say so.
BEHAVIOUR = TextArea(
    name="behaviour",
    label="What did they do or say?",
    hint="The account in this report does not say what anyone did or said. Only behaviour makes somebody a subject. "
    "Your answer is sealed with the link and shown on the subject’s page.",
    rows=3,
    limit=changing.LONGEST_WHY,
)
SURE, ANOTHER = "sure", "another"


def _which(offer: SubjectOffer) -> Radios:
    """Return the field for choosing one of the suggested subjects or a new one."""
    known = [
        FieldOption(value=str(one.link), label=label, hint=hint)
        for one in offer.subjects
        for label, hint in [offered_words(one)]
    ]
    new = [
        FieldOption(value=f"{_NEW}{code}", label=f"A new subject: {name.lower()}")
        for code, name in KINDS.items()
    ]
    return Radios(
        name="subject",
        label="Which subject is this report about?",
        hint=_LATER if known else f"{_LATER} {_FIRST_COMPARE}",
        required="Choose a subject",
        choices=(*known, *([Divider("or")] if known else []), *new),
        small=True,
    )


def _decision() -> Radios:
    return Radios(
        name="do",
        label="What have you decided?",
        required="Choose what you have decided",
        choices=(
            FieldOption(value=_LINK, label="Link this report to the subject"),
            FieldOption(
                value=_NOT_SAME,
                label="Not the same",
                hint="The report is about a different subject. Your decision is recorded, but no values are.",
            ),
        ),
        small=True,
    )


def _values(offer: SubjectOffer) -> tuple[Field, ...]:
    return tuple(
        Select(
            name=f"value-{one.code}",
            label=f"{VALUES.get(one.kind, one.kind)}: {one.written}",
            hint=one.source,
            blank="Not about this subject",
            choices=_BASES,
        )
        for one in offer.values
    )


def _another(named: SubjectLink) -> Checkboxes:
    """Return the tick box that confirms a second subject with the same name on this report."""
    words = link_words(named)
    return Checkboxes(
        name=ANOTHER,
        label="This report already has a subject of this name",
        hint=f"{words['kind']}: {words['name']}",
        required="Tick the box if you still want to add another subject of this name",
        choices=(FieldOption(value="yes", label="This is a different one. Add another subject"),),
        small=True,
    )


def _fields(
    offer: SubjectOffer, chosen: OfferedSubject | None = None, named: SubjectLink | None = None
) -> tuple[Field, ...]:
    described = TextInput(
        name="described",
        label="Description",
        hint="In your own words, if the report gives no name or number. You are its source.",
        optional=True,
        limit=changing.LONGEST_VALUE,
    )
    basis = Select(
        name="basis", label="The description is", blank=None, choices=_BASES[::-1], hint=BASIS_HINT
    )
    sure = Checkboxes(
        name=SURE,
        label="A colleague decided that they are not the same",
        required="Tick the box if you still want to link the report",
        choices=(FieldOption(value="yes", label="I have read the reason and still want to link the report"),),
        small=True,
    )
    return (
        _which(offer),
        *([_decision()] if offer.subjects else []),
        *([sure] if chosen is not None else []),
        *([_another(named)] if named is not None else []),
        *_values(offer),
        described,
        basis,
        *([BEHAVIOUR] if offer.needs_behaviour else []),
        WHY,
    )


@open_to(Audience.UNLOCKED)
@require_GET
def subjects(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """List the subjects to which a report is linked, with the values that the report holds."""
    file, named = case_file.with_headings(ref, by=request.attendance, at=session.now())
    links = [link_words(one, named.get(one.id, "")) for one in file.subjects]
    return page(request, "office/report_subjects.html", file, "report-subjects", {"links": links})


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def add(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Link a report to a subject, or record that a suggested subject is a different one."""
    by, at = request.attendance, session.now()
    file, offer = case_file.with_subject_offer(ref, by=by, at=at)
    fields = _fields(offer)
    kept = restored(request, fields)
    form, status, named = kept or Form(fields), 200, None
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        chosen = next((one for one in offer.subjects if str(one.link) == form.text("subject")), None)
        deciding_against = form.text("do") == _NOT_SAME
        if chosen is not None and chosen.refused is not None and not deciding_against:
            form = Form.posted(_fields(offer, chosen), request.POST.lists())
        if offer.needs_behaviour and not deciding_against and not form.text("behaviour").strip():
            form = form.but(behaviour=offering.NOT_STATED)
        if deciding_against and chosen is None and not form.errors:
            form = form.but(do="A new subject cannot be a different one. Choose a subject that exists")
        if chosen is None and not form.errors:
            new = _new_link(offer, form, None)
            named = changing.of_same_name(file.subjects, new, offer.values)
            if named is not None:
                form = Form.posted(_fields(offer, named=named), request.POST.lists())
        if not form.errors:
            try:
                if deciding_against and chosen is not None:
                    changing.decide_against(ref, chosen.link, form.text("why"), by=by, at=at)
                    return _listed(request, ref, "Recorded that this report is about a different subject.")
                made = changing.link(ref, _new_link(offer, form, chosen), by=by, at=at)
            except NoRoom:
                form = form.but(**{"": TOO_LONG})
            except BehaviourNotStated as no:
                form = form.but(behaviour=no.reason)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                messages.success(request, "The report is linked to the subject.")
                there = with_queue(request, "report-subject", ref=ref, link=made)
                return let_go(request, HttpResponseRedirect(there), by)
    context = {
        "form": form,
        "why_not": offer.why_not,
        "words_came_back": kept is not None,
        "named": link_words(named) if named is not None else None,
    }
    return page(request, "office/report_subject_add.html", file, "report-subjects", context, status)


def _new_link(offer: SubjectOffer, form: Form, chosen: OfferedSubject | None) -> NewSubjectLink:
    kind = chosen.kind if chosen is not None else SubjectKind(form.text("subject").removeprefix(_NEW))
    return NewSubjectLink(
        chosen.link if chosen is not None else None,
        kind,
        {one.code: SubjectBasis(basis) for one in offer.values if (basis := form.text(f"value-{one.code}"))},
        form.text("why"),
        form.text("described"),
        SubjectBasis(form.text("basis") or SubjectBasis.ASSESSMENT),
        form.text("behaviour"),
    )


def _listed(request: OfficeRequest, ref: UUID, said: str) -> HttpResponse:
    messages.success(request, said)
    there = HttpResponseRedirect(with_queue(request, "report-subjects", ref=ref))
    return let_go(request, there, request.attendance)


@open_to(Audience.UNLOCKED)
@require_GET
def subject(request: OfficeRequest, ref: UUID, link: UUID) -> HttpResponse:
    """Show a subject that is linked to this report."""
    by, at = request.attendance, session.now()
    file, found = case_file.with_subject(ref, link, by=by, at=at)
    context = {"subject": view_words(found)}
    return page(request, "office/report_subject.html", file, "report-subject", context)


@open_to(Audience.UNLOCKED)
@require_GET
def printed(request: OfficeRequest, ref: UUID, link: UUID) -> HttpResponse:
    """Show a printable page about a subject. This is logged as a print."""
    by, at = request.attendance, session.now()
    found = reading.view(ref, link, by=by, at=at, act=Act.SUBJECT_PRINTED)
    context = {
        "subject": view_words(found),
        "marking": load_pack(settings.PACK).service.marking,
        "printed_by": by.name,
        "printed_at": when_words(at),
    }
    return render(request, "office/subject_print.html", context)
