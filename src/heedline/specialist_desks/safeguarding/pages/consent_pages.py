"""Recording that consent was given, refused or withdrawn."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.access import session
from heedline.casework.errors import Changed
from heedline.casework.records.shown_record import shown
from heedline.intake.fields import tidy
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.safeguarding import consent
from heedline.specialist_desks.safeguarding.consent import Consent
from heedline.specialist_desks.safeguarding.kind import KIND
from heedline.specialist_desks.safeguarding.vocabulary import SafeguardingCapability
from heedline.web.components.forms import DateInput, Field, FieldOption, Form, Radios, TextArea, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.shell.conflict import version_of
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored


def _radios(name: str, label: str, required: str, *, hint: str = "") -> Field:
    choices = tuple(FieldOption(value=code, label=words) for code, words in consent.CODES[name].items())
    return Radios(name=name, label=label, hint=hint, required=required, choices=choices, small=True)


_REST: Final[tuple[Field, ...]] = (
    _radios("who", "Who said so?", "Choose who said so"),
    TextInput(name="name", label="Their name", limit=consent.LIMITS["name"], names=True, optional=True),
    _radios(
        "capacity",
        "Is this person able to decide?",
        "Choose whether they are able to decide",
        hint="Judge whether they understand what the support is, that it is voluntary, and that they can stop it at any time.",
    ),
    _radios("how", "How did they say so?", "Choose how they said so"),
    DateInput(
        name="on", label="When?", hint="For example 14 3 2027.", required="Enter the day on which it was said"
    ),
    TextInput(
        name="kept",
        label="Where the signed form or the message is kept",
        limit=consent.LIMITS["kept"],
        optional=True,
    ),
    TextArea(
        name="note",
        label="What they said, and who explained the support to them",
        rows=4,
        limit=consent.LIMITS["note"],
        required="Write what they said, and who explained the support",
        names=True,
    ),
)


def _fields(state: str) -> tuple[Field, ...]:
    """Return the fields of the form for a case in this state. Only what its moves allow can be chosen."""
    choices = tuple(
        FieldOption(value=move, label=words)
        for move, words in consent.RESULTS.items()
        if (state, move) in KIND.moves
    )
    first = Radios(
        name="result", label="Consent was", required="Choose what was said", choices=choices, small=True
    )
    return (first, *_REST)


def _consent_of(form: Form, on: date) -> Consent:
    return Consent(
        {name: form.text(name) for name in consent.CODES},
        on,
        {name: tidy(form.text(name), lines=name == "note").strip() for name in consent.LIMITS},
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def record_consent(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Record that consent was given, refused or withdrawn."""
    by, at = request.attendance, session.now()
    found = shown(KIND, ref, capability=SafeguardingCapability.WORK, by=by, at=at)
    back = HttpResponseRedirect(reverse("safeguarding-case", kwargs={"ref": ref}))
    if not can_record(found.state) and request.method == "GET":
        return back
    fields = _fields(found.state)
    form, status = restored(request, fields) or Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        on = form.day("on")
        if not form.errors and on is not None:
            try:
                consent.save(ref, _consent_of(form, on), version=version_of(request), by=by, at=at)
            except Changed as changed:
                form, status = form.but(**{"": changed.theirs}), 409
            except NotNow as no:
                form = form.but(**{no.about: no.reason})
            else:
                messages.success(request, f"{found.title}: Saved.")
                return let_go(request, back, by)
    context = {"record": found, "form": form, "form_of": form_of(by)}
    return render(request, "safeguarding/consent.html", context, status=status)


def can_record(state: str) -> bool:
    """Return whether something about consent can be recorded in a case of this state."""
    return any((state, move) in KIND.moves for move in consent.RESULTS)
