"""The list of sites, the page of one with its moves, and opening and changing one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import Changed, NotHere
from heedline.casework.pages import case_file
from heedline.casework.records import open_records
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.protection import sites
from heedline.specialist_desks.protection.content import SiteFacts, choices_of
from heedline.specialist_desks.protection.kinds import SITE_KIND
from heedline.specialist_desks.protection.pages import site_form
from heedline.specialist_desks.protection.sites import OpenedSite
from heedline.specialist_desks.protection.vocabulary import ProtectionCapability
from heedline.web.components.forms import Form
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.shell.conflict import version_of
from heedline.web.shell.form_answers import shown
from heedline.web.shell.page_links import page_number
from heedline.web.shell.record_pages import MoveWords, RecordWords, record_list, record_move, record_page
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

WORDS: Final = RecordWords(
    states={"current": "Current", "closed": "Closed"},
    moves={
        "begin": MoveWords(done="Opened"),
        "save": MoveWords(done="Changed"),
        "link": MoveWords(done="A request was added"),
        "review": MoveWords(
            button="Record a review", done="Reviewed", reason="What did you check, and with whom?"
        ),
        "close": MoveWords(button="Close the record", done="Closed", reason="Why is it closed?"),
        "reopen": MoveWords(button="Reopen the record", done="Reopened", reason="Why is it reopened?"),
    },
    move_page="protection-site-move",
)
#: Moves with a page of their own, which the list of moves leaves out.
_ELSEWHERE: Final = frozenset({"save", "link"})


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
    told = sites.opened(ref, by=request.attendance, at=session.now())
    record = replace(told.record, moves=tuple(one for one in told.record.moves if one.move not in _ELSEWHERE))
    context = {
        "texts": told.facts.texts,
        "choices": {
            "Type of site": choices_of("sort").get(told.facts.codes["sort"], ""),
            "Largest number of people at once": choices_of("people").get(told.facts.codes["people"], ""),
        },
        "requests": told.facts.requests,
    }
    return record_page(request, "protection/site.html", record, WORDS, context)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def new_site(request: OfficeRequest) -> HttpResponse:
    """Open the record of a site that no request is about."""
    by, at = request.attendance, session.now()
    _only_advisers(request)

    def save(facts: SiteFacts) -> UUID:
        return sites.begin(facts, by=by, at=at)

    done = _saved(request, save)
    return done if isinstance(done, HttpResponse) else _form_page(request, done)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def of_request(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the site that a request is about, or open its record with what the request says."""
    by, at = request.attendance, session.now()
    file = case_file.case_file(ref, by=by, at=at)
    told = sites.of_request(ref, by=by, at=at)
    context: dict[str, Any] = {"site": told.site, "action": request.path}
    status = 200
    if told.site is None:

        def save(facts: SiteFacts) -> UUID:
            return sites.begin_from(ref, facts, by=by, at=at)

        done = _saved(request, save, told.facts)
        if isinstance(done, HttpResponse):
            return done
        context["form"], status = done, 422 if done.errors else 200
    return page(request, "protection/of_request.html", file, "protection-site-of-request", context, status)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def change_site(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Change what a site's record says. What a colleague saved first is shown beside what was written."""
    by, at = request.attendance, session.now()
    told = sites.opened(ref, by=by, at=at)
    if told.record.state != "current":
        return HttpResponseRedirect(reverse("protection-site", kwargs={"ref": ref}))

    def save(facts: SiteFacts) -> UUID:
        sites.save(ref, facts, version=version_of(request), by=by, at=at)
        return ref

    done = _saved(request, save, told.facts)
    return done if isinstance(done, HttpResponse) else _form_page(request, done, told)


def _only_advisers(request: OfficeRequest) -> None:
    if not sites.desks_of(request.attendance):
        raise NotHere


def _saved(
    request: OfficeRequest, save: Callable[[SiteFacts], UUID], facts: SiteFacts | None = None
) -> HttpResponse | Form:
    """Save a posted site and return the way to its page, or return the form to show, with what is wrong with it.

    An error under the key "" is that of a colleague who saved first.
    """
    fields = site_form.fields()
    if request.method == "GET":
        values = site_form.values_of(facts) if facts is not None else {}
        return restored(request, fields) or Form(fields, values=values)
    form = Form.posted(fields, request.POST.lists())
    if form.errors:
        return form
    try:
        ref = save(site_form.site_of(form))
    except NotNow as no:
        return form.but(**{no.about: no.reason})
    except Changed as changed:
        return form.but(**{"": changed.theirs})
    messages.success(request, f"{form.text('name')}: Saved.")
    return let_go(
        request, HttpResponseRedirect(reverse("protection-site", kwargs={"ref": ref})), request.attendance
    )


def _form_page(request: OfficeRequest, form: Form, told: OpenedSite | None = None) -> HttpResponse:
    changed = told is not None and "" in form.errors
    theirs = Form(site_form.fields(), values=site_form.values_of(told.facts)) if told and changed else None
    context = {
        "record": told.record if told else None,
        "form": form,
        "form_of": form_of(request.attendance),
        "action": request.path,
        "theirs": shown(theirs) if theirs else None,
    }
    status = 409 if changed else 422 if form.errors else 200
    return render(request, "protection/site_form.html", context, status=status)


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
