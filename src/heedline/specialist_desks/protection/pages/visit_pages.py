"""The list of visits, the page of one with its moves, and planning and changing one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import CannotOpen, NotHere
from heedline.casework.records import open_records
from heedline.permits.gate import Refused
from heedline.specialist_desks.protection import sites, visits
from heedline.specialist_desks.protection.kinds import VISIT_KIND
from heedline.specialist_desks.protection.pages import recommendation_form, visit_form
from heedline.specialist_desks.protection.pages.record_form import form_page, saved
from heedline.specialist_desks.protection.visit_content import VisitFacts
from heedline.specialist_desks.protection.visits import OpenedVisit
from heedline.specialist_desks.protection.vocabulary import ProtectionCapability
from heedline.web.components.forms import Form
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words
from heedline.web.shell.conflict import version_of
from heedline.web.shell.page_links import page_number
from heedline.web.shell.record_pages import MoveWords, RecordWords, record_list, record_move, record_page
from heedline.web.shell.request import OfficeRequest

WORDS: Final = RecordWords(
    states={
        "planned": "Planned",
        "held": "Held, report to be given",
        "reported": "Report given, to be followed up",
        "followed-up": "Followed up",
        "not-held": "Not held",
    },
    moves={
        "begin": MoveWords(done="Planned"),
        "save": MoveWords(done="Changed"),
        "take-over": MoveWords(button="Take the visit over", done="Taken over"),
        "hold": MoveWords(button="The visit was held", done="Held"),
        "cancel": MoveWords(button="The visit was not held", done="Not held", reason="Why was it not held?"),
        "report": MoveWords(
            button="Record that the report was given",
            done="Report given",
            reason="How was the report given, and to whom?",
        ),
        "recommend": MoveWords(done="A recommendation was added"),
        "amend": MoveWords(done="A recommendation was changed"),
        "remove": MoveWords(done="A recommendation was removed"),
        "done": MoveWords(done="A recommendation was recorded as done"),
        "decline": MoveWords(done="A recommendation was recorded as declined"),
        "undo-done": MoveWords(done="A recommendation that was done is open again"),
        "undo-decline": MoveWords(done="A recommendation that was declined is open again"),
        "no-answer": MoveWords(
            button="Record that nobody answered",
            done="Asked, and nobody answered",
            reason="How did you ask, and whom?",
        ),
        "finish": MoveWords(
            button="End the follow-up", done="Followed up", reason="With whom did you follow it up?"
        ),
        "end-unanswered": MoveWords(
            button="End the follow-up without an answer",
            done="Ended without an answer",
            reason="Why does it end without an answer?",
        ),
    },
    move_page="protection-visit-move",
)
#: The states in which the record can still be changed.
_CHANGING: Final = frozenset({"planned", "held"})
#: Moves with a page of their own, which the list of moves leaves out.
_ELSEWHERE: Final = frozenset(
    {"save", "recommend", "amend", "remove", "done", "decline", "undo-done", "undo-decline"}
)


@open_to(Audience.UNLOCKED)
@require_GET
def visit_list(request: OfficeRequest) -> HttpResponse:
    """List the open visits of the officer's desks with the day of each, the ones due first at the top."""
    by, at = request.attendance, session.now()
    if not sites.desks_of(by):
        raise NotHere
    found = open_records.of_kind(
        VISIT_KIND, page_number(request), capability=ProtectionCapability.ADVISE, by=by, at=at
    )
    words = open_records.words_of([one.ref for one in found.lines], by=by)
    names = {ref: f"{VisitFacts.of_words(one).day:%-d %B %Y}" for ref, one in words.items()}
    return record_list(request, VISIT_KIND, WORDS, found, names=names)


@open_to(Audience.UNLOCKED)
@require_GET
def visit(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a visit with what can be done with it."""
    by = request.attendance
    told = visits.opened(ref, by=by, at=session.now())
    hidden = _ELSEWHERE | ({"take-over"} if told.record.owner == by.name else set())
    if not by.may(ProtectionCapability.LEAD):
        hidden = hidden | {"end-unanswered"}
    record = replace(told.record, moves=tuple(one for one in told.record.moves if one.move not in hidden))
    context = {
        "facts": told.facts,
        "day": f"{told.facts.day:%A %-d %B %Y}",
        "site": _site_of(request, told),
        "may_change": record.state in _CHANGING,
        "may_recommend": record.state in ("held", "reported"),
        "recommendations": recommendation_form.printed(told.facts),
    }
    return record_page(request, "protection/visit.html", record, WORDS, context)


def _site_of(request: OfficeRequest, told: OpenedVisit) -> str:
    """Return the name of a visit's site, or words for it if the officer cannot open it."""
    try:
        site = sites.opened(UUID(told.facts.site), by=request.attendance, at=session.now())
    except (NotHere, Refused, CannotOpen):
        return "A site that you cannot open"
    return site.facts.texts["name"]


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def plan_visit(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Plan a visit of a site."""
    by, at = request.attendance, session.now()
    site = sites.opened(ref, by=by, at=at)
    back = reverse("protection-site", kwargs={"ref": ref})
    if site.record.state != "current":
        return HttpResponseRedirect(back)

    def save(form: Form) -> UUID:
        return visits.plan(ref, visit_form.visit_of(form), by=by, at=at)

    fields = visit_form.fields(held=False)
    done = saved(request, fields, {"visitors": by.name}, save, "protection-visit")
    if isinstance(done, HttpResponse):
        return done
    return form_page(request, done, f"Plan a visit of {site.facts.texts['name']}", back)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def change_visit(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Change what a visit's record says. What a colleague saved first is shown beside what was written."""
    by, at = request.attendance, session.now()
    told = visits.opened(ref, by=by, at=at)
    back = reverse("protection-visit", kwargs={"ref": ref})
    if told.record.state not in _CHANGING:
        return HttpResponseRedirect(back)

    def save(form: Form) -> UUID:
        visits.save(ref, visit_form.visit_of(form, told.facts), version=version_of(request), by=by, at=at)
        return ref

    fields, values = visit_form.fields(held=told.record.state == "held"), visit_form.values_of(told.facts)
    done = saved(request, fields, values, save, "protection-visit")
    if isinstance(done, HttpResponse):
        return done
    return form_page(request, done, f"Change {told.record.title}", back, told.record, values)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def visit_move(request: OfficeRequest, ref: UUID, move: str) -> HttpResponse:
    """Take a visit over, or record that it was held, not held, reported or followed up."""
    by, at = request.attendance, session.now()
    told = visits.opened(ref, by=by, at=at)

    def act(version: int, reason: str) -> None:
        visits.move(ref, move, version=version, reason=reason, by=by, at=at)

    return record_move(request, told.record, move, WORDS, "protection-visit", act)
