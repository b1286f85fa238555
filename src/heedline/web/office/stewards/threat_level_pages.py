"""The page on which advisers see the threat level from terrorism, and the national ones enter and confirm it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.setup import threat_levels
from heedline.packs import load_pack
from heedline.permits.second_person import Reply
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import DateInput, Field, FieldOption, Form, Radios
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

_DONE = {
    Reply.AGREE: "Confirmed. It appears on the public site within a few seconds.",
    Reply.REFUSE: "Rejected.",
    Reply.WITHDRAW: "Withdrawn.",
}


def _fields() -> tuple[Field, ...]:
    rules = load_pack(settings.PACK).threat_level
    asked = {
        "scope": ("Where the level applies", "Choose where the level applies", rules.scopes),
        "level": ("Level", "Choose the level", rules.levels),
        "source": ("Source", "Choose the source", rules.sources),
    }
    return (
        *(
            Radios(
                name=name,
                label=label,
                required=required,
                choices=tuple(FieldOption(value=code, label=one) for code, one in choices.items()),
                small=True,
            )
            for name, (label, required, choices) in asked.items()
        ),
        DateInput(
            name="read_on",
            label="Day on which you read it at the source",
            hint=f"The public site shows this day, and the level for {rules.days} days after it.",
            required="Enter the day on which you read it",
        ),
    )


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def threat_level(request: OfficeRequest) -> HttpResponse:
    """Show the level of each scope, and let a national adviser enter one."""
    by, at = request.attendance, session.now()
    if request.method == "GET" and not threat_levels.may_see(by):
        raise NotHere
    form = restored(request, _fields()) or Form(_fields())
    if request.method == "POST":
        form = Form.posted(_fields(), request.POST.lists())
        if not form.errors or not threat_levels.may_record(by):  # who may not is refused, and that is logged
            try:
                threat_levels.enter(
                    form.text("scope"),
                    form.text("level"),
                    form.text("source"),
                    form.day("read_on"),
                    by=by,
                    at=at,
                )
            except NotNow as no:
                form = form.but(**{no.about or "scope": no.reason})
            else:
                messages.success(request, "Entered. Another adviser must confirm it.")
                return let_go(request, HttpResponseRedirect(reverse("threat-level")), by)
    context = {
        "scopes": threat_levels.recorded(by=by, at=at),
        "form": form if threat_levels.may_record(by) else None,
        "form_of": form_of(by),
        "days": load_pack(settings.PACK).threat_level.days,
    }
    return render(request, "office/threat_level.html", context, status=422 if form.errors else 200)


@open_to(Audience.UNLOCKED)
@require_POST
def decide(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Confirm, reject or withdraw a level that waits."""
    try:
        reply = Reply(request.POST.get("reply", ""))
    except ValueError:
        raise NotHere from None
    try:
        threat_levels.decide(ref, reply, by=request.attendance, at=session.now())
    except NotNow as no:
        messages.error(request, no.reason)
    else:
        messages.success(request, _DONE[reply])
    return HttpResponseRedirect(reverse("threat-level"))
