"""The page for an item, with its examination form and other actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import Changed
from heedline.casework.report.opening import short_name
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.evidence import reading as evidence_reading
from heedline.specialist_desks.material.evidence import referring
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.examination.law import Incomplete, load_law
from heedline.specialist_desks.material.examination.welfare import OnBreak
from heedline.specialist_desks.material.items import adding, sightings
from heedline.specialist_desks.material.notices import lines
from heedline.specialist_desks.material.outcomes import finding_lawful
from heedline.specialist_desks.material.pages.evidence.evidence import (
    evidence_context,
    picture_context,
    with_viewer,
)
from heedline.specialist_desks.material.pages.examination_form import (
    brief_fields,
    examination,
    fields_of,
    many,
    provision_keys,
    shown_categories,
)
from heedline.specialist_desks.material.pages.examination_words import examination_words
from heedline.specialist_desks.material.pages.notices.notice_view import seen_words
from heedline.specialist_desks.material.pages.notices.notices import line_words
from heedline.specialist_desks.material.pages.words import OUTCOMES, PLACES, STATES
from heedline.specialist_desks.material.queue import reading
from heedline.specialist_desks.material.queue.reading import ItemView
from heedline.specialist_desks.material.rules import (
    APPROVABLE,
    PARTS,
    REPORTED,
    WATCHED,
    ItemOutcome,
    ItemState,
    Place,
)
from heedline.specialist_desks.material.vocabulary import MaterialCapability
from heedline.web.components.forms import Checkboxes, Field, FieldOption, Form, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.shell.request import OfficeRequest

CHANGED = "A colleague has changed this item. Look at it again before you decide."


def _check() -> tuple[Field, ...]:
    return (*_CHECK, shown_categories("May it show any of these?", "categories"))


_CHECK = (
    Checkboxes(
        name="parts",
        label="What gives it a higher priority?",
        optional=True,
        choices=tuple(
            FieldOption(value=code, label=f"{one.words} ({one.points} points)")
            for code, one in PARTS.items()
            if code not in REPORTED
        ),
        small=True,
    ),
    TextInput(
        name="label",
        label="What is it, in a few words?",
        hint="Colleagues read this before they look at the item.",
        optional=True,
        limit=200,
    ),
)


@open_to(Audience.UNLOCKED)
@require_GET
def item(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show an item with its locators, the reports that name it, its examinations and its log."""
    try:
        found = reading.item(ref, by=request.attendance, at=session.now())
    except OnBreak as why:
        return render(request, "material/break.html", {"why": str(why)})
    return with_viewer(render(request, "material/item.html", _page(request, found)))


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def examine(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the examination form, and on POST record the examination."""
    by, at = request.attendance, session.now()
    try:
        found = reading.item(ref, by=by, at=at, counted=request.method == "GET")
    except OnBreak as why:
        return render(request, "material/break.html", {"why": str(why)})
    fields = fields_of()
    form, status = Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        form, state = _decided(
            request,
            form,
            lambda version, evidence: examining.examine(
                ref, examination(form), version=version, evidence=evidence, by=by, at=at
            ),
        )
        if state is not None:
            messages.success(request, f"Your examination is recorded. {STATES[state]}.")
            return HttpResponseRedirect(reverse("material-item", kwargs={"ref": ref}))
    context = _context(request, found) | {"form": form, "provision_keys": provision_keys()}
    if context["can_examine"] or form.errors:
        context |= picture_context(request, ref, evidence_reading.evidence_of(ref, by=by))
    return with_viewer(render(request, "material/examine.html", context, status=status))


def _decided(
    request: OfficeRequest, form: Form, decide: Callable[[int, int], ItemState]
) -> tuple[Form, ItemState | None]:
    """Decide on the version of the item, and the newest evidence, that the page showed.

    Returns the form with what is wrong and no state, or the form and the item's new state.
    """
    if form.errors:
        return form, None
    try:
        version, evidence = (int(request.POST.get(name, "0") or 0) for name in ("version", "evidence"))
        return form, decide(version, evidence)
    except Incomplete as why:
        return form.but(**{why.field: str(why)}), None
    except NotNow as why:
        return form.but(**{"": str(why)}), None
    except (Changed, ValueError):
        return form.but(**{"": CHANGED}), None


@open_to(Audience.UNLOCKED)
@require_POST
def lawful(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Record in one act that an item is lawful, and open the next one."""
    by, at = request.attendance, session.now()
    posted = Form.posted(brief_fields(), request.POST.lists())
    form, state = _decided(
        request,
        posted,
        lambda version, evidence: finding_lawful.find_lawful(
            *(ref, posted.text("expression"), posted.text("context")),
            version=version,
            evidence=evidence,
            by=by,
            at=at,
        ),
    )
    if state is not None:
        following = reading.next_to_examine(by=by, at=at)
        done = f"Item {short_name(ref)} is recorded as lawful."
        if following is None:
            messages.success(request, done)
            return HttpResponseRedirect(reverse("material-queue"))
        messages.success(request, f"{done} This is the next item.")
        return HttpResponseRedirect(reverse("material-item", kwargs={"ref": following}))
    try:
        found = reading.item(ref, by=by, at=at, counted=False)
    except OnBreak as why:
        return render(request, "material/break.html", {"why": str(why)})
    context = _page(request, found) | {"brief": form, "form": form}
    return with_viewer(render(request, "material/item.html", context, status=422))


@open_to(Audience.UNLOCKED)
@require_POST
def act(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Perform a single-button action on an item, or record the first check."""
    by, at = request.attendance, session.now()
    simple: dict[str, tuple[Callable[..., Any], str]] = {
        "take": (examining.take, "You are examining this item."),
        "give-back": (examining.give_back, "The item is back in the queue."),
        "confirm": (examining.confirm, "Your finding is confirmed. A reviewer can decide now."),
        "release": (examining.release, "The item may be taken down."),
        "reopen": (examining.reopen, "The item is open again."),
        "refer": (
            referring.refer,
            "The item is blocked, and so is every copy of it at this desk. The supervisors of this desk are paged.",
        ),
        "unit-has-it": (examining.unit_has_it, "It is recorded that the unit has the item."),
        "approve-audience": (examining.approve_audience, "You have approved it."),
    }
    chosen = request.POST.get("do", "")
    back = reverse("material-item", kwargs={"ref": ref})
    try:
        if chosen == "danger":
            report = adding.open_danger(ref, by=by, at=at)
            return HttpResponseRedirect(reverse("report-danger", kwargs={"ref": report}))
        if chosen in ("check", "gone"):
            form = Form.posted(_check(), request.POST.lists())
            examining.check(
                ref,
                many(form, "parts"),
                categories=many(form, "categories"),
                gone=chosen == "gone",
                label=form.text("label")[:200],
                by=by,
                at=at,
            )
            messages.success(request, "The first check is recorded.")
        elif chosen in simple:
            do, words = simple[chosen]
            done = do(ref, by=by, at=at)
            if chosen == "refer":
                words += f" {_tell_the_unit(done)}"
            messages.success(request, words)
        else:
            raise Http404
    except NotNow as why:
        messages.error(request, str(why))
    if chosen in ("refer", "give-back"):
        back = reverse("material-queue")
    elif chosen == "take":
        back = reverse("material-examine", kwargs={"ref": ref})
    return HttpResponseRedirect(back)


def _tell_the_unit(due: datetime) -> str:
    unit = load_law(settings.PACK).referral_unit
    return f"Somebody must tell {unit} by {times.day_and_clock(due, session.now())}."


def _page(request: OfficeRequest, found: ItemView) -> dict[str, Any]:
    """Return the context of an item's own page, with its evidence, and its picture and the short form for whoever decides."""
    context = _context(request, found) | evidence_context(request, found.line.ref, found.line.state)
    mine = found.line.state is ItemState.NEW or (found.line.state is ItemState.EXAMINING and found.line.mine)
    examines = request.attendance.may(MaterialCapability.EXAMINE) and not found.why_not
    if examines and (mine or found.line.state in (ItemState.SECOND, ItemState.DISPUTED)):
        context |= picture_context(request, found.line.ref, context["evidence"])
    if not (examines and mine):
        return context
    reason = finding_lawful.why_not_brief(found.content, found.reports, context["evidence"])
    return context | {"brief": None if reason else Form(brief_fields()), "brief_reason": reason}


def _context(request: OfficeRequest, found: ItemView) -> dict[str, Any]:
    by, state = request.attendance, found.line.state
    now = session.now()
    leads = by.may(MaterialCapability.LEAD)
    mine = found.line.mine or not found.line.owner
    open_to_me = found.place is not None and not found.why_not
    return {
        "found": found,
        "state": STATES[state],
        "examinations": [
            {
                "place": PLACES[one.place],
                "by": one.by,
                "when": times.day_and_clock(one.at, now),
                "outcome": OUTCOMES[ItemOutcome(one.outcome)] if one.outcome else "",
                "met": one.met,
                "told": one.told,
                "words": examination_words(one.told, load_law(settings.PACK)),
                "round": one.round,
            }
            for one in found.examinations
        ],
        "history": [
            {"act": act, "by": name, "when": times.day_and_clock(at, now)} for act, name, at in found.history
        ],
        "check": Form(
            _check(),
            values={
                "parts": list(found.content.parts),
                "label": found.content.label,
                "categories": list(found.content.categories),
            },
        ),
        "can_take": state is ItemState.NEW,
        "can_check": state in (ItemState.NEW, ItemState.EXAMINING) and mine,
        "can_examine": open_to_me and (mine or found.place is not Place.FIRST),
        "place": PLACES[found.place] if found.place else "",
        "can_give_back": state is ItemState.EXAMINING and found.line.mine,
        "can_release": state is ItemState.HELD and leads,
        "can_confirm": found.confirms,
        "can_reopen": leads
        and (
            found.behind
            or state
            in (
                ItemState.TERMS,
                ItemState.LAWFUL,
                ItemState.OUTSIDE,
                ItemState.UNCLEAR,
                ItemState.GONE,
                ItemState.REFERRED,
            )
        ),
        "referred": state is ItemState.REFERRED,
        "referral_words": _tell_the_unit(found.line.referral_due) if found.line.referral_due else "",
        "can_record_unit": leads and found.line.referral_due is not None,
        "can_refer": state in (ItemState.NEW, ItemState.EXAMINING, ItemState.SECOND, ItemState.DISPUTED),
        "notices": [line_words(one) for one in lines.of_item(found.line.ref, by=by, at=now)],
        "can_notify": state in WATCHED and by.may(MaterialCapability.NOTIFY),
        "seen": seen_words(sightings.last(found.line.ref), now),
        "needs_audience": found.closed_audience and not found.audience_approved,
        "can_approve": found.closed_audience
        and not found.audience_approved
        and leads
        and state in APPROVABLE,
    }
