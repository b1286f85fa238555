"""Pages for an officer's own entries in the interest register, and for the reports that match them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import NoRoom, NotHere, SealingStopped
from heedline.casework.linking import deconfliction, own_entries
from heedline.casework.linking import interests as register
from heedline.casework.linking.own_entries import HitLine
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import DateInput, Field, Form, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.entrance.templatetags.officer_words import as_typed
from heedline.web.shell.page_links import page_links, page_number
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored
from heedline.web.shell.seen_words import REASONS

_ENTRY: tuple[Field, ...] = (
    TextArea(
        name="names",
        label="Names",
        hint="One on each line, with forename and surname. Other spellings are found as well.",
        optional=True,
        rows=3,
        limit=register.LONGEST,
    ),
    TextArea(
        name="identifiers",
        label="Identifiers",
        hint="One on each line. Phone numbers, whole registrations, email addresses, accounts, web addresses, addresses with a postcode, or a date of birth after the word “born”.",
        optional=True,
        rows=3,
        limit=register.LONGEST,
    ),
    TextArea(
        name="ground",
        label="Ground",
        hint="Why you need to be contacted first. Other desks cannot see this.",
        required="Give the ground",
        rows=2,
        limit=register.LONGEST,
    ),
    DateInput(name="until", label="End date", hint="At most a year from today.", required="Give an end date"),
)
_CLEARANCE: tuple[Field, ...] = (
    TextArea(
        name="words",
        label="What is the desk cleared to do?",
        hint="The desk can read this. Say what it can do, and what it must not do.",
        required="Say what the desk can do",
        rows=4,
        limit=register.LONGEST,
    ),
)
DESK_THIN = (
    "A desk that must be told cannot receive messages at the moment. Phone the desk that holds the report."
)
THIN = "The linking desk cannot receive entries at the moment. Tell its supervisor."
#: Lines that an error quotes, and characters of each.
_MOST_QUOTED, _LONGEST_QUOTED = 5, 60
_WHOLE_NAME = "Give a forename and a surname, or remove the line."
_WHOLE_IDENTIFIER = (
    "Give the whole registration or number. An address needs its postcode on the same line, an account its site or an @, and a"
    " date of birth the word “born”. Remove any other line."
)
#: The button that leads to the confirmation page, and the one on it.
_END, _END_SURE = "end", "end-sure"
_DONE = {
    _END_SURE: "Entry ended. Reports will no longer be compared with it.",
    "acknowledge": "Acknowledged in your name.",
    "hand-on": "The entry now belongs to the officer you chose.",
}


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def interests(request: OfficeRequest) -> HttpResponse:
    """Show the officer's interest register entries and the reports that match, and act on a posted form.

    A supervisor also sees the entries of their desk whose owner has left or lost the role.
    """
    by, at = request.attendance, session.now()
    kept = restored(request, _ENTRY)
    form, status = kept or Form(_ENTRY), 200
    do = request.POST.get("do", "")
    if request.method == "POST" and do == _END:
        return _end_page(request)
    if request.method == "POST" and do in _DONE:
        return _act(request, do)
    if request.method == "POST":
        form, status = Form.posted(_ENTRY, request.POST.lists()), 422
        if not form.errors:
            try:
                register.register(
                    form.text("names"),
                    form.text("identifiers"),
                    form.text("ground"),
                    form.day("until"),
                    by=by,
                    at=at,
                )
            except NoRoom:
                form = form.but(ground="This is too long. Shorten it.")
            except SealingStopped:
                form, status = form.but(**{"": THIN}), 409
            except (NotNow, Refused) as no:
                errors = _unmatchable(form) if isinstance(no, NotNow) and no.about == register.LINES else {}
                if not errors or no.reason == register.NO_VALUES:
                    errors[""] = no.reason
                form, status = form.but(**errors), 409
            else:
                messages.success(request, f"Entry registered. {_compared_when(at)}")
                return let_go(request, HttpResponseRedirect(reverse("interests")), by)
    lines = own_entries.mine(by=by, at=at)
    successors = own_entries.successors(lines) if lines else ()
    return render(
        request,
        "office/interests.html",
        {
            "form": form,
            "to_acknowledge": sum(entry.to_acknowledge for entry in lines if not entry.left),
            "may_register": by.may(Capability.REGISTER_INTEREST),
            "form_of": form_of(by),
            "words_came_back": kept is not None,
            "entries": [
                {
                    "one": entry,
                    "hits": [_hit_words(hit) for hit in entry.hits],
                    "more": entry.matches > len(entry.hits),
                    "successors": [one for one in successors if entry.left or one[0] != by.officer_id],
                }
                for entry in lines
            ],
        },
        status=status,
    )


@open_to(Audience.UNLOCKED)
@require_GET
def hits(request: OfficeRequest) -> HttpResponse:
    """List the reports that match the officer's own entries, or one of them.

    Those without a clearance come first, starting with the unacknowledged ones. On each page, those about a danger to life come
    before others of the same state.
    """
    one = request.GET.get("entry", "")
    try:
        only = UUID(one) if one else None
    except ValueError:
        raise NotHere from None
    found = own_entries.matching_reports(
        only, page=page_number(request), by=request.attendance, at=session.now()
    )
    urgent_first = sorted(
        found.lines, key=lambda line: (line[1].released, line[1].acknowledged, not line[1].danger)
    )
    lines = [{"entry": entry, **_hit_words(hit)} for entry, hit in urgent_first]
    others = {"entry": str(only)} if only else {}
    links = page_links(reverse("interest-hits"), found.page, found.pages, **others)
    return render(request, "office/interest_hits.html", {"lines": lines, "found": found, **links})


def _compared_when(at: datetime) -> str:
    """Return when a new entry will be compared, and what happens if that takes too long."""
    desk = deconfliction.comparing_desk()
    waits = f"It will be compared with reports while an officer of the {desk.name} is at work. The desk is paged if that takes"
    nobody = "" if deconfliction.is_staffed(at) else " Nobody is on duty there now."
    return f"{waits} longer than {desk.minutes} minutes.{nobody}"


def _unmatchable(form: Form) -> dict[str, str]:
    """Return an error for each field with lines that no report can match, quoting these lines."""
    found = register.unmatchable(form.text("names"), form.text("identifiers"))
    errors = {}
    if found.names:
        errors["names"] = f"No report can match {_quoted(found.names)}. {_WHOLE_NAME}"
    if found.identifiers:
        errors["identifiers"] = f"No report can match {_quoted(found.identifiers)}. {_WHOLE_IDENTIFIER}"
    return errors


def _quoted(lines: tuple[str, ...]) -> str:
    shown = [f"“{as_typed(line[:_LONGEST_QUOTED])}”" for line in lines[:_MOST_QUOTED]]
    more = len(lines) - len(shown)
    if more:
        shown.append(f"{more} more line{'' if more == 1 else 's'}")
    return " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _end_page(request: OfficeRequest) -> HttpResponse:
    """Ask whether one of the officer's own entries is to end, and say what stops and what stays."""
    ref = _about(request)
    own = own_entries.mine(by=request.attendance, at=session.now())
    entry = next((one for one in own if one.id == ref and not one.left and not one.ended), None)
    if entry is None:
        raise NotHere
    return render(request, "office/interest_end.html", {"entry": entry})


def _about(request: OfficeRequest) -> UUID:
    try:
        return UUID(request.POST.get("about", ""))
    except ValueError:
        raise NotHere from None


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def clearance(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Clear a desk to act on a report that matches an entry, or replace or withdraw the clearance.

    The page shows which entry, report and desk it is about, because the list of matches changes while it is open.
    """
    by, at = request.attendance, session.now()
    entry, line = own_entries.own_match(ref, by=by, at=at)
    kept = restored(request, _CLEARANCE)
    form, status = kept or Form(_CLEARANCE), 200
    if request.method == "POST":
        withdrawn = request.POST.get("do") == "withdraw"
        form, status = Form(_CLEARANCE) if withdrawn else Form.posted(_CLEARANCE, request.POST.lists()), 422
        if not form.errors:
            try:
                if withdrawn:
                    register.withdraw(ref, by=by, at=at)
                else:
                    register.release(ref, form.text("words"), by=by, at=at)
            except NoRoom:
                form = form.but(words="This is too long. Shorten it.")
            except SealingStopped:
                form, status = form.but(**{"": DESK_THIN}), 409
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                what = f"{'item' if line.thing else 'report'} {line.report}"
                said = f"You cleared the {line.desk_name} to act on {what}."
                if withdrawn:
                    said = f"Clearance withdrawn. The {line.desk_name} must contact you before it acts on {what}."
                messages.success(request, said)
                return let_go(request, HttpResponseRedirect(reverse("interest-hits")), by)
    shown = _hit_words(line)
    context = {
        "entry": entry,
        **shown,
        "given": shown,
        "form": form,
        "form_of": form_of(by),
        "words_came_back": kept is not None,
    }
    return render(request, "office/interest_clearance.html", context, status=status)


def _hit_words(hit: HitLine) -> dict[str, object]:
    """Return a match with the display text for its reasons and for the time of its clearance."""
    given = hit.clearance
    return {
        "hit": hit,
        "reasons": [(REASONS.get(code, code), written) for code, written in hit.reasons],
        "given_when": times.day_and_clock(given.at, session.now()) if given is not None else "",
    }


def _officer(request: OfficeRequest) -> UUID:
    try:
        return UUID(request.POST.get("to", ""))
    except ValueError:
        raise NotNow(register.NOT_THEIRS) from None


def _act(request: OfficeRequest, do: str) -> HttpResponse:
    by, at = request.attendance, session.now()
    ref = _about(request)
    try:
        if do == _END_SURE:
            register.end(ref, by=by, at=at)
        elif do == "acknowledge":
            register.acknowledge(ref, by=by, at=at)
        else:
            register.hand_on(ref, _officer(request), by=by, at=at)
    except (NotNow, Refused) as no:
        messages.error(request, no.reason)
    else:
        messages.success(request, _DONE[do])
    return HttpResponseRedirect(
        reverse("interest-hits" if request.POST.get("back") == "hits" else "interests")
    )
