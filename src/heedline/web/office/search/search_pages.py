"""Pages for searching reports, showing the results and monitoring how many searches are made."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.oversight import conflict_register, search_counts
from heedline.casework.report.opening import short_name
from heedline.casework.search import indexing, missing_words, searching
from heedline.casework.search.query import LONGEST
from heedline.casework.search.searching import (
    LONGEST_REASON,
    ReasonTooShort,
    SearchFilters,
    SearchResults,
)
from heedline.index.terms import SearchKind, Unsearchable
from heedline.index.word_parts import SHORTEST
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Stage
from heedline.web.components.forms import DateInput, Field, FieldOption, Form, Select, TextInput
from heedline.web.components.typed_dates import PARTS
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.shell.queue_links import results_code
from heedline.web.shell.report_bar import STAGES
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.subject_words import link_words

#: Values of Sec-Fetch-Site for which a search in the URL is run: from this site, or typed in by the officer.
_OWN = frozenset({"", "same-origin", "none"})
_TERM = TextInput(
    name="q",
    label="Search for",
    hint="Enter words, a name in any spelling, a number, an address or a report’s reference. "
    "Reports that contain all of it are listed, newest first.",
    kind="search",
    limit=LONGEST,
    required="Type a word, a number or a name to search for",
)
_REASON = TextInput(
    name="reason",
    label="Reason for a broad search",
    hint=f"Needed when more than {searching.BROAD} reports match. Say in a few words what you are looking for and why. "
    "Supervisors and overseers can see that a reason was given.",
)


def _fields() -> tuple[Field, ...]:
    pack = load_pack(settings.PACK)
    offered = {
        "kind": ("Kind", {code: kind.name for code, kind in pack.kinds.items()}),
        "area": (
            "Place",
            {code: one.name for code, one in sorted(pack.forces.items(), key=lambda f: f[1].name)},
        ),
        "outcome": ("Outcome", {code: one.words for code, one in pack.outcomes.items()}),
    }
    selects = (
        Select(
            name=name,
            label=label,
            blank="Any",
            choices=tuple(FieldOption(value=code, label=words) for code, words in choices.items()),
        )
        for name, (label, choices) in offered.items()
    )
    dates = (
        DateInput(name="since", label="Received from", optional=True),
        DateInput(name="until", label="Received until", optional=True),
    )
    return (_TERM, *selects, *dates, _REASON)


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def search(request: OfficeRequest) -> HttpResponse:
    """Show the search page, and run a search that was posted or is in the URL.

    A search redirects to its results, and a report's reference to the report. A search
    in a URL is refused if it comes from another site, because it would be logged in the officer's name.
    """
    by, at = request.attendance, session.now()
    form, status = Form(_fields()), 200
    if request.method == "POST" or "q" in request.GET:
        posted = request.POST if request.method == "POST" else request.GET
        if request.method == "GET" and request.headers.get("Sec-Fetch-Site", "") not in _OWN:
            raise Refused("Search from this site: a link on another site can't search for you.")
        form, status = Form.posted(_fields(), posted.lists()), 422
        if not form.errors:
            if (named := searching.report_of_reference(form.text("q"), by=by)) is not None:
                return HttpResponseRedirect(reverse("report", kwargs={"ref": named}))
            try:
                found = searching.search(
                    form.text("q"),
                    _filters(form),
                    reason=form.text("reason")[:LONGEST_REASON],
                    by=by,
                    at=at,
                )
            except Unsearchable as why:
                form = form.but(q=str(why))
            except ReasonTooShort as why:
                form = form.but(reason=str(why))
            else:
                return HttpResponseRedirect(reverse("search-results", kwargs={"ref": found}))
    return _search_page(request, form, status)


def _search_page(
    request: OfficeRequest, form: Form, status: int = 200, *, gone: bool = False
) -> HttpResponse:
    """Show the search page, with a notice if the results asked for can no longer be opened (`gone`)."""
    by = request.attendance
    at = session.now()
    covered = indexing.catch_up(by=by, at=at)
    newer_from = times.clock(searching.looked_through_until(at) + searching.SEARCHABLE_AFTER)
    context = {"form": form, "gone": gone, "newer_from": newer_from, **_covered(covered, by.desk_ids)}
    return render(request, "office/search.html", context, status=status)


@open_to(Audience.UNLOCKED)
@require_GET
def results(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a page of results from the officer's own search.

    If the search is not of this session, show the search page instead.
    """
    page = request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 4 else 1
    try:
        found = searching.results(ref, page=max(1, number), by=request.attendance, at=session.now())
    except NotHere:
        return _search_page(request, Form(_fields()), 404, gone=True)
    address = reverse("search-results", kwargs={"ref": ref})
    return render(
        request,
        "office/search_results.html",
        {
            "found": found,
            "origin": results_code(ref, found.page),
            "rows": [_row(one) for one in found.results],
            "unread": [{"ref": one, "short": short_name(one)} for one in found.unread],
            "nothing": _nothing(found),
            "filtered": _filter_words(found.filters),
            "form": _filled(found),
            "hits": _hits(found),
            "newer_from": times.clock(found.newer_from),
            "earlier_href": f"{address}?page={found.page - 1}" if found.page > 1 else "",
            "later_href": f"{address}?page={found.page + 1}" if found.page < found.pages else "",
        },
    )


@open_to(Audience.UNLOCKED)
@require_POST
def try_again(request: OfficeRequest) -> HttpResponse:
    """Queue the reports that could not be read, so that they are indexed again."""
    number = indexing.try_again(by=request.attendance)
    messages.success(request, f"{number} report{'' if number == 1 else 's'} will be tried again.")
    return HttpResponseRedirect(reverse("search"))


@open_to(Audience.OFFICERS)
@require_GET
def searches(request: OfficeRequest) -> HttpResponse:
    """Show supervisors and overseers the number of searches made in the last thirty days.

    Supervisors also see which officers an overseer has asked them to speak to about a conflict of interest. Overseers have
    a separate page for that.
    """
    by, at = request.attendance, session.now()
    lines = search_counts.counts(by=by, at=at)
    return render(
        request,
        "office/searches.html",
        {
            "lines": [{"one": one, "kinds": _kinds(one)} for one in lines],
            "raised": () if by.may(Capability.OVERSEE) else conflict_register.raised(by=by, at=at),
            "broad": searching.BROAD,
            "many": search_counts.MANY,
        },
    )


#: What was searched for, by the kind of search that the log has.
_SOUGHT = {
    SearchKind.WORDS: "Words",
    SearchKind.PHRASE: "Phrases",
    SearchKind.BEGINNING: "Starts of words",
    SearchKind.PART: "Parts of words",
    SearchKind.NUMBER: "Numbers",
}


def _kinds(line: search_counts.SearchCount) -> list[str]:
    """Return the number of searches of each kind that an officer made, as display text."""
    made = dict(line.by_kind)
    return [f"{words}: {made[kind]}" for kind, words in _SOUGHT.items() if kind in made]


def _filters(form: Form) -> SearchFilters:
    return SearchFilters(
        form.text("kind"), form.text("area"), form.text("outcome"), form.day("since"), form.day("until")
    )


def _filled(found: SearchResults) -> Form:
    """Return the search form, prefilled with the current search."""
    one = found.filters
    days = {
        name: {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
        for name, day in (("since", one.since), ("until", one.until))
        if day is not None
    }
    return Form(
        _fields(), {"q": found.text, "kind": one.kind, "area": one.area, "outcome": one.outcome, **days}
    )


def _filter_words(filters: SearchFilters) -> list[str]:
    """Return a search's filters as display text, using the form's labels."""
    chosen = [
        f"{field.label}: {option.label}"
        for field in _fields()
        if isinstance(field, Select)
        for option in field.choices
        if isinstance(option, FieldOption) and option.value == getattr(filters, field.name)
    ]
    days = (("Received from", filters.since), ("Received until", filters.until))
    return [*chosen, *(f"{label} {day:%-d %B %Y}" for label, day in days if day is not None)]


def _hits(found: SearchResults) -> str:
    if found.more:
        return f"More than {searching.MOST} reports match. The {searching.MOST} most recently indexed are listed."
    number = "1 report" if found.hits == 1 else f"{found.hits} reports"
    if found.similar:
        return f"{number}, including other spellings"
    return number


_CODES = frozenset({"kind", "area", "outcome"})
#: Why a part of a search matches nothing, by how it was looked for. Its text comes between the two.
_IN_NONE = {
    SearchKind.WORDS: ("No report that was searched contains ", "."),
    SearchKind.PHRASE: ("No report that was searched contains the words ", " in this order."),
    SearchKind.BEGINNING: ("No word in the reports that were searched starts with ", "."),
    SearchKind.PART: (
        "No number, registration, name or online name in the reports that were searched contains ",
        ".",
    ),
    SearchKind.NUMBER: ("No report that was searched contains the number ", "."),
}


#: Several words without a space between them, such as an account name, are one word to the officer who typed them.
_ALONE = {SearchKind.PHRASE: SearchKind.WORDS}


def _nothing(found: SearchResults) -> dict[str, object] | None:
    """Return why nothing was found, and which searches with a similar word would find something.

    Return None if something was found.
    """
    if found.missing is None:
        return None
    lines = [
        {
            "before": before,
            "typed": one.typed,
            "after": after,
            "near": one.near,
        }
        for one in found.missing
        for before, after in [_IN_NONE[one.kind if " " in one.typed else _ALONE.get(one.kind, one.kind)]]
    ]
    filtered = " that matches the filters" if found.filters != SearchFilters() else ""
    if found.left_out and not lines:
        why = f"Every report that matches{filtered} also contains what you left out, or no report has all of the rest."
    elif lines or not (filtered or found.several):
        why = ""
    elif found.several:
        why = f"Each part of your search is in a report, but no report{filtered} has all of them."
    else:
        why = "What you searched for is in other reports, but none of them match the filters."
    kept = {name: value for name, value in found.filters.to_keep().items() if name in _CODES and value}
    for name, day in (("since", found.filters.since), ("until", found.filters.until)):
        parts = zip(PARTS, (day.day, day.month, day.year), strict=True) if day is not None else ()
        kept |= {f"{name}-{part}": str(number) for part, number in parts}
    near = [one.near for one in found.missing if one.near]
    other = missing_words.instead(found.text, found.missing)
    other = "" if other == " ".join(found.text.split()) else other
    return {"lines": lines, "why": why, "kept": kept, "near": near, "instead": other, "part": _part_of(found)}


def _part_of(found: SearchResults) -> str:
    """Return the first missing word that may be part of a name or an online name, or ""."""
    return next(
        (
            one.typed
            for one in found.missing or ()
            if one.kind is SearchKind.WORDS and one.typed.isalpha() and len(one.typed) >= SHORTEST
        ),
        "",
    )


def _row(one: searching.SearchResult) -> dict[str, object]:
    pack = load_pack(settings.PACK)
    outcome = pack.outcomes[one.outcome].words if one.outcome in pack.outcomes else one.outcome
    state = STAGES.get(Stage(one.stage), one.stage)
    subjects = [link_words(each) for each in one.subjects]
    return {"one": one, "state": f"{state}: {outcome}" if outcome else state, "subjects": subjects}


def _covered(covered: tuple[indexing.Coverage, ...], desks: tuple[UUID, ...]) -> dict[str, object]:
    """Return the number of searchable reports, and the references of those that could not be read."""
    aside = indexing.set_aside(desks) if any(one.aside for one in covered) else ()
    return {
        "reports": sum(one.reports for one in covered),
        "waiting": sum(one.waiting for one in covered),
        "newer": sum(one.new for one in covered),
        "aside": [{"ref": ref, "short": short_name(ref)} for ref in aside],
    }
