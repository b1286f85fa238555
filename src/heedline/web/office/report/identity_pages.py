"""Pages for making and deciding identity requests, and for viewing an identity."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import WrongPassphrase
from heedline.casework.identity import opening as identity_opening
from heedline.casework.identity import requests as identity_requests
from heedline.casework.identity import trace_requests
from heedline.casework.identity.requests import (
    GRANTABLE,
    GROUNDS,
    LIMITS,
    LONGEST,
    Decision,
    IdentityApplication,
)
from heedline.casework.pages import identity_requests as pages_identity_requests
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import (
    Checkboxes,
    Field,
    FieldOption,
    Form,
    Radios,
    Select,
    TextArea,
    TextInput,
)
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import throttle, times
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.entrance.unlocking import NOT_IT
from heedline.web.office.report.identity_ask_page import AskedFor, asking_page, told_of
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

#: However long it was approved for: after this a screen that nobody touches asks for the passphrase again.
SHOWN_AT_MOST = timedelta(minutes=15)
_MARKS = 80  # across the page; what does not fit is cut off
SENT_BEFORE = "This form was sent before. Enter your passphrase again."
_ONCE, _TABS = "identity-once", 5

ASKING: tuple[Field, ...] = (
    Radios(
        name="ground",
        label="What is it needed for?",
        required="Choose what it is needed for",
        choices=tuple(FieldOption(value=code, label=words) for code, words in GROUNDS.items()),
        small=True,
    ),
    TextArea(
        name="necessity",
        label="Why is it necessary now?",
        hint="Explain what you would do with the identity and why nothing else would achieve this. Do not repeat anything that only the report says.",
        required="Explain why it is necessary",
        rows=4,
        limit=LONGEST,
    ),
    TextArea(
        name="risk",
        label="What could happen to the reporter?",
        hint="Say who could find out that they reported, and how you would prevent that.",
        required="Say what could happen to them",
        rows=3,
        limit=LONGEST,
    ),
    Radios(
        name="minutes",
        label="For how long?",
        hint="The time starts when the request is granted. Ask for the shortest time you need.",
        required="Choose for how long",
        choices=tuple(FieldOption(value=str(minutes), label=words) for minutes, words in LIMITS.items()),
        inline=True,
        small=True,
    ),
)


_BACK = FieldOption(
    value="ask", label="Ask a question first", hint="This request ends, and they answer with a new one"
)


def deciding_fields(question: str, then: str, weigh: str, *others: FieldOption) -> tuple[Field, ...]:
    """Return the fields for a decision on an identity or trace request.

    They are the question, the effect of a yes, what to weigh up, and any answers other than yes or no.
    """
    return (
        Radios(
            name="decision",
            label=question,
            required="Choose whether they may",
            choices=(
                FieldOption(value="approve", label="Yes", hint=then),
                *others,
                FieldOption(value="refuse", label="No", hint="They can ask again, with new reasons"),
            ),
            small=True,
        ),
        TextArea(
            name="reasons",
            label="Why?",
            hint=f"{weigh} They and their desk read this.",
            required="Say why",
            rows=4,
            limit=LONGEST,
        ),
    )


_MAY, _ALONE = "Do you grant access?", "Only they can open it, for the time you grant"
_WEIGH = "Is it necessary, is there no other way, and is the risk to them worth it? If you ask a question, write it here."


def _deciding(minutes: int) -> tuple[Field, ...]:
    """Return the decision fields for an identity request, which offer at most `minutes` of access."""
    return (
        *deciding_fields(_MAY, _ALONE, _WEIGH, _BACK),
        Select(
            name="minutes",
            label="For how long?",
            hint="If you say yes. Never longer than requested.",
            choices=tuple(
                FieldOption(value=str(one), label=words)
                for one, words in sorted(GRANTABLE.items(), reverse=True)
                if one <= minutes
            ),
            blank=None,
        ),
        TextArea(
            name="conditions",
            label="Conditions",
            hint="If you say yes. The officer must confirm them before the identity opens.",
            optional=True,
            rows=3,
            limit=LONGEST,
        ),
    )


#: Nothing is released by a trace, so there is nothing to open and no time.
DECIDING_TRACE = deciding_fields(
    "Do you agree to the communications data request?",
    "They get a statement of what Heedline holds",
    "Is a life at risk, has all else been tried, and is it proportionate to the effect on the reporter and on trust in the service?",
)
CONFIRMING = Checkboxes(
    name="confirmed",
    label="Conditions",
    required="Confirm the conditions",
    choices=(FieldOption(value="yes", label="I have read the conditions and will keep to them"),),
    small=True,
)
OPENING: tuple[Field, ...] = (
    TextInput(
        name="passphrase",
        label="Passphrase",
        hint="The six words that unlock your keys, not your password.",
        kind="password",
        autocomplete="off",
        required="Enter your passphrase",
    ),
)


# --- the desk --------------------------------------------------------------------------------------------------------


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def of_report(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a report's identity requests and the decisions on them, and the form for a new request.

    The page is the same for every report.
    """
    asked_for = AskedFor(
        route="report-identity",
        write="office/identity_report.html",
        sure="office/identity_sure.html",
        fields=ASKING,
        ask=lambda ref, form, by, at: identity_requests.ask(ref, _asking(form), by=by, at=at),
        seen=lambda ref, by, at: pages_identity_requests.of_report(ref, by=by, at=at),
    )
    return asking_page(request, ref, asked_for)


def _asking(form: Form) -> IdentityApplication:
    return IdentityApplication(
        form.text("ground"), form.text("necessity"), form.text("risk"), int(form.text("minutes"))
    )


# --- whoever decides -------------------------------------------------------------------------------------------------


@open_to(Audience.OFFICERS)
@require_GET
def requests(request: OfficeRequest) -> HttpResponse:
    """List requests awaiting a decision, decided requests and the officer's own requests.

    No text is shown, so no keys are needed.
    """
    at = session.now()
    found = pages_identity_requests.requests(by=request.attendance, at=at)
    return render(request, "office/identity_requests.html", {"found": found, "updated": times.clock(at)})


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def decide(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show an authoriser one request with its reason, and record the decision.

    Shows nothing of the report.
    """
    by, at = request.attendance, session.now()
    trace = pages_identity_requests.is_trace(ref, by=by)
    verb = trace_requests.decide if trace else identity_requests.decide
    fields = DECIDING_TRACE if trace else _deciding(pages_identity_requests.minutes_asked(ref, by=by))
    kept = restored(request, fields)
    form, status = kept or Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        approve = form.text("decision") == "approve"
        if form.text("conditions") and not approve:
            form = form.but(
                conditions="Conditions apply only if you grant the request. Put them under Why, or choose Yes"
            )
        if not form.errors:
            decision = Decision(
                approve,
                form.text("reasons"),
                int(form.text("minutes")) if approve and form.text("minutes") else None,
                form.text("conditions"),
                ask_back=form.text("decision") == "ask",
            )
            try:
                verb(ref, decision, by=by, at=at)
            except (NotNow, Refused) as no:
                form, status = form.but(**{"": no.reason}), 409
            else:
                agreed = (
                    "Agreed. They can print the statement." if trace else "Approved. They alone can open it."
                )
                refused = "Question sent." if decision.ask_back else "Refused. They can read the reasons."
                done = agreed if decision.approve else refused
                messages.success(request, done)
                return let_go(request, HttpResponseRedirect(reverse("identity")), by)
    file = pages_identity_requests.request(ref, by=by, at=at)
    context = {
        "form": form,
        "may_decide": file.may_decide,
        "why_not": file.why_not,
        "words_came_back": kept is not None,
        "form_of": form_of(by),
        **told_of(file),
    }
    return render(request, "office/identity_decide.html", context, status=status)


# --- the one who asked -----------------------------------------------------------------------------------------------


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def open_it(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Ask for the passphrase, then show the reporter's identity.

    The identity is shown in the response to a POST, so that it is in no browser history. A form works once. If
    the browser offers to submit it again, including the passphrase, the passphrase is asked for again.
    """
    by, at = request.attendance, session.now()
    asked = identity_opening.may_open(ref, by=by, at=at)
    fields = (CONFIRMING, *OPENING) if asked.conditions else OPENING
    form, found = Form(fields), None
    if request.method == "POST":
        form = Form.posted(fields, request.POST.lists())
        if not _first_time(request):
            form = form.but(passphrase=SENT_BEFORE)
        if not form.errors:
            form, found = _try(request, ref, form, at)
    about = reverse("report-identity", kwargs={"ref": asked.report})
    if found is None:
        until = times.day_and_clock(asked.until, at)
        context = {
            "ref": ref,
            "form": form,
            "about_href": about,
            "until": until,
            "short": asked.short,
            "conditions": asked.conditions,
            "once": _new_form(request),
        }
        return render(request, "office/identity_open.html", context, status=422 if form.errors else 200)
    ends = min(found.until, at + SHOWN_AT_MOST)
    context = {
        "found": found,
        "about_href": about,
        "ends": times.clock(ends),
        "marks": range(_MARKS),
    }
    response = render(request, "office/identity_shown.html", context)
    # the page leaves the screen by itself, without a script
    response["Refresh"] = f"{max(1, int((ends - at).total_seconds()))}; url={about}"
    return response


def _new_form(request: OfficeRequest) -> str:
    """Return a one-time token for the form, so that each open tab can have its own."""
    mark = get_random_string(24)
    request.session[_ONCE] = [*request.session.get(_ONCE, []), mark][-_TABS:]
    return mark


def _first_time(request: OfficeRequest) -> bool:
    """Return whether this form is being submitted for the first time."""
    open_forms = request.session.get(_ONCE, [])
    mark = request.POST.get("once", "")
    request.session[_ONCE] = [one for one in open_forms if one != mark]
    return mark in open_forms


def _try(
    request: OfficeRequest, ref: UUID, form: Form, at: datetime
) -> tuple[Form, pages_identity_requests.ShownIdentity | None]:
    key = str(request.attendance.officer_id)
    if wait := throttle.UNLOCKS.take(key):
        said = f"There have been too many attempts. Wait {throttle.wait_words(wait)} and try again."
        return form.but(passphrase=said), None
    try:
        opened = identity_opening.open_now(
            ref,
            form.text("passphrase"),
            confirmed=bool(form.chosen("confirmed")),
            by=request.attendance,
            at=at,
        )
    except WrongPassphrase:
        return form.but(passphrase=NOT_IT), None
    throttle.UNLOCKS.give_back(key)
    return form, pages_identity_requests.shown(opened, by=request.attendance)
