"""The list of sites, the page of one with its moves, and opening and changing one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.pages import case_file
from heedline.casework.records import open_records
from heedline.dispatch.clocks import moment_words
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.protection import earlier_sites, sites, visits
from heedline.specialist_desks.protection.content import SiteFacts, choices_of
from heedline.specialist_desks.protection.kinds import SITE_KIND
from heedline.specialist_desks.protection.pages import site_form, visit_pages
from heedline.specialist_desks.protection.pages.record_form import form_page, saved
from heedline.specialist_desks.protection.vocabulary import ProtectionCapability
from heedline.web.components.forms import Form
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words
from heedline.web.shell.conflict import version_of
from heedline.web.shell.page_links import page_number
from heedline.web.shell.record_pages import MoveWords, RecordWords, record_list, record_move, record_page
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest

WORDS: Final = RecordWords(
    states={"current": "Current", "closed": "Closed"},
    moves={
        "begin": MoveWords(done="Opened"),
        "save": MoveWords(done="Changed"),
        "link": MoveWords(done="A request was added"),
        "add-visit": MoveWords(done="A visit was planned"),
        "review": MoveWords(
            button="Record a review", done="Reviewed", reason="What did you check, and with whom?"
        ),
        "close": MoveWords(button="Close the record", done="Closed", reason="Why is it closed?"),
        "reopen": MoveWords(button="Reopen the record", done="Reopened", reason="Why is it reopened?"),
    },
    move_page="protection-site-move",
)
#: Moves with a page of their own, which the list of moves leaves out.
_ELSEWHERE: Final = frozenset({"save", "link", "add-visit"})


@open_to(Audience.UNLOCKED)
@require_GET
def site_list(request: OfficeRequest) -> HttpResponse:
    """List the sites of the officer's desks with their names, the ones that are reviewed first at the top."""
    by, at = request.attendance, session.now()
    _only_advisers(request)
    found = open_records.of_kind(
        SITE_KIND, page_number(request), capability=ProtectionCapability.ADVISE, by=by, at=at
    )
    words = open_records.words_of([one.ref for one in found.lines], by=by)
    names = {ref: _name(SiteFacts.of_words(one)) for ref, one in words.items()}
    return record_list(request, SITE_KIND, WORDS, found, names=names, template="protection/sites.html")


def _name(facts: SiteFacts) -> str:
    return f"{facts.texts['name']}, {facts.texts['postcode']}"


@open_to(Audience.UNLOCKED)
@require_GET
def site(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a site with what can be done with its record."""
    by, at = request.attendance, session.now()
    told = sites.opened(ref, by=by, at=at)
    record = replace(told.record, moves=tuple(one for one in told.record.moves if one.move not in _ELSEWHERE))
    context = {
        **_said(told.facts),
        "requests": told.facts.requests,
        "visits": [
            {"line": one, "state": visit_pages.WORDS.states[one.state]}
            for one in visits.of_site(told.facts, by=by, at=at)
        ],
    }
    return record_page(request, "protection/site.html", record, WORDS, context)


def _said(facts: SiteFacts) -> dict[str, Any]:
    return {
        "texts": facts.texts,
        "choices": {
            "Type of site": choices_of("sort").get(facts.codes["sort"], ""),
            "Largest number of people at once": choices_of("people").get(facts.codes["people"], ""),
        },
    }


@open_to(Audience.UNLOCKED)
@require_POST
def print_site(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the copy of one site for printing, with its weak spots and the marking of the pack. Logged."""
    at = session.now()
    told = sites.copy_for_printing(ref, by=request.attendance, at=at)
    context = {
        **_said(told.facts),
        "record": told.record,
        "marking": load_pack(settings.PACK).service.marking,
        "printed_at": moment_words(at, session.office_zone()),
    }
    return render(request, "protection/print_site.html", context)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def new_site(request: OfficeRequest) -> HttpResponse:
    """Open the record of a site that no request is about."""
    by, at = request.attendance, session.now()
    _only_advisers(request)

    def save(form: Form) -> UUID:
        return sites.begin(site_form.site_of(form), by=by, at=at)

    done = saved(request, site_form.fields(), {}, save, "protection-site")
    if isinstance(done, HttpResponse):
        return done
    return form_page(request, done, "Open the record of a site", reverse("protection-sites"))


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def of_request(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the site that a request is about, or open its record with what the request says."""
    by, at = request.attendance, session.now()
    file = case_file.case_file(ref, by=by, at=at)
    told = sites.of_request(ref, by=by, at=at)
    context: dict[str, Any] = {"site": told.site, "action": request.path, "back": reverse("protection-sites")}
    status = 200
    if told.site is None:

        def save(form: Form) -> UUID:
            return sites.begin_from(ref, site_form.site_of(form), by=by, at=at)

        done = saved(request, site_form.fields(), site_form.values_of(told.facts), save, "protection-site")
        if isinstance(done, HttpResponse):
            return done
        context["form"], status = done, 422 if done.errors else 200
        context["earlier"] = earlier_sites.like(told.facts, by=by)
    return page(request, "protection/of_request.html", file, "protection-site-of-request", context, status)


@open_to(Audience.UNLOCKED)
@require_POST
def join_request(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Note that a request is about a site that has a record already, and show that site."""
    try:
        site = UUID(request.POST.get("site", ""))
    except ValueError:
        raise NotHere from None
    try:
        sites.join(ref, site, by=request.attendance, at=session.now())
    except NotNow as no:
        messages.error(request, no.reason)
        return HttpResponseRedirect(reverse("protection-site-of-request", kwargs={"ref": ref}))
    return HttpResponseRedirect(reverse("protection-site", kwargs={"ref": site}))


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def change_site(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Change what a site's record says. What a colleague saved first is shown beside what was written."""
    by, at = request.attendance, session.now()
    told = sites.opened(ref, by=by, at=at)
    back = reverse("protection-site", kwargs={"ref": ref})
    if told.record.state != "current":
        return HttpResponseRedirect(back)

    def save(form: Form) -> UUID:
        sites.save(ref, site_form.site_of(form), version=version_of(request), by=by, at=at)
        return ref

    values = site_form.values_of(told.facts)
    done = saved(request, site_form.fields(), values, save, "protection-site")
    if isinstance(done, HttpResponse):
        return done
    return form_page(request, done, f"Change {told.record.title}", back, told.record, values)


def _only_advisers(request: OfficeRequest) -> None:
    if not sites.desks_of(request.attendance):
        raise NotHere


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def site_move(request: OfficeRequest, ref: UUID, move: str) -> HttpResponse:
    """Review, close or reopen a site, with the reason."""
    by, at = request.attendance, session.now()
    told = sites.opened(ref, by=by, at=at)

    def act(version: int, reason: str) -> None:
        sites.move(ref, move, version=version, reason=reason, by=by, at=at)

    return record_move(request, told.record, move, WORDS, "protection-site", act)
