"""The pages before the questions: what can be reported, how to leave quickly, and starting a draft.

Each kind of report has one. The question that every report needs first, whether anyone is in danger, stands on the same
page, so that whoever answers it is at once where they can write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heedline.casework.attachments import taking
from heedline.casework.errors import NotHere
from heedline.casework.intake import drafting, open_incidents, public_threat_levels
from heedline.casework.intake.drafting import Draft
from heedline.casework.intake.open_incidents import PublicIncident
from heedline.intake import engine
from heedline.intake.moving import moved
from heedline.web.components.forms import Checkboxes, FieldOption, Form
from heedline.web.declared import Audience, open_to
from heedline.web.public.report import file_pages, receipt, tally
from heedline.web.public.report.fields_of_step import form_of
from heedline.web.public.report.turns import (
    StoreAway,
    StoreFull,
    asking_of,
    draft_of,
    incident_of,
    kind_of,
    new_draft,
    now,
    questions_of,
)
from heedline.web.public.shell import cookies, recovery
from heedline.web.public.shell.asking import pack, question_set, shown, words
from heedline.web.public.shell.pages import (
    compressed_page,
    day_in_words,
    findable,
    page,
    see_other,
    tab_title,
)

_LONG, _SHORT = 24, 1
#: The page that asks whether anyone is in danger, and the one that asks whether to call back.
DANGER, REPLY = "now", "reply"
_TEMPLATES = Path(__file__).parents[1] / "templates" / "public"


def before_questions(
    kind: str,
    template: str,
    words_of: str,
    *,
    way: str = "here",
    up: str = "reporter:front",
    lead: str = "lead",
    heading: str = "title",
) -> Callable[..., HttpResponseBase]:
    """Return the view of the start page for reports of `kind`.

    `words_of` is the pack's texts for it. `way` is how the reporter wants to hear from us, where the page itself says so.
    `lead` and `heading` are the keys of the texts that search results, shared links and the browser's tab show.
    """

    @open_to(Audience.EVERYONE)
    @require_http_methods(["GET", "HEAD", "POST"])
    def show(request: HttpRequest) -> HttpResponse:
        return _first_page(
            request,
            template,
            kind,
            way=way,
            door=words_of,
            title=words()[f"{words_of}.{heading}"],
            back_url=reverse(up),
            **_incidents(kind),
            threat_levels=_threat_levels(kind),
            **findable(request, f"{words_of}.{lead}", f"{words_of}.{heading}"),
        )

    return show


@open_to(Audience.EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def incident(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the start page of an incident's short form, or say that it is closed.

    An unknown one is not found, like any other address.
    """
    try:
        found = open_incidents.at_path(slug)
    except StoreAway:
        return recovery.store_away(request, full=False)
    kind = pack().incidents.get(found.kind) if found is not None else None
    if found is None or kind is None:
        raise NotHere
    around: dict[str, Any] = {
        "door": "incident",
        "title": words()["incident.title"],
        "back_url": reverse("reporter:front"),
        "incident": found,
        "incident_language": pack().first_language,
    }
    if not found.is_open:
        return page(request, "incident_closed", status=HTTPStatus.GONE, **around)
    return _first_page(request, "door_incident", kind.report, of=found, **around)


def _first_page(
    request: HttpRequest,
    template: str,
    kind: str,
    *,
    way: str = "here",
    of: PublicIncident | None = None,
    **context: Any,
) -> HttpResponse:
    """Show the page before the questions, or start a draft if its form was posted. `of` is the incident whose form it is."""
    at = now()
    try:
        draft = draft_of(request, at)
        if request.method == "POST":
            return _begin(request, draft, kind, way, at, of)
    except StoreAway as away:
        if request.method == "POST":
            return recovery.store_away(request, full=isinstance(away, StoreFull))
        draft = None  # the page itself needs nothing that is away
    if draft is not None and draft.sent:
        return page(request, "code_again", title=tab_title("code_again"))
    started = draft if draft is not None and draft.answers else None
    tally.began(kind, "entered")
    return compressed_page(
        request,
        template,
        kept_as=(template, of),
        resume=asking_of(started, at).open_now if started else "",
        other_kind=started is not None and not _is_form_of(started, kind, of),
        danger=lambda: danger_form(kind),
        keep=_keep_form,
        files=file_pages.offered(kind),
        young="young" in question_set(kind).roles,
        **context,
    )


def _incidents(kind: str) -> dict[str, Any]:
    """Return the template context for the open incidents that take this kind of report."""
    return {"incidents": open_incidents.open_for(kind), "incident_language": pack().first_language}


def _threat_levels(kind: str) -> list[dict[str, object]]:
    """Return the texts of the threat levels to show where this kind of report begins."""
    today = now().astimezone(pack().working_days.zone).date()
    sources = pack().threat_level.sources
    return [
        {
            "where": shown(f"advice_door.level_{one.scope}"),
            "level": shown(f"advice_door.level_{one.level}"),
            "source": shown(
                "advice_door.level_source", source=sources[one.source], day=day_in_words(one.read_on)
            ),
        }
        for one in public_threat_levels.shown_for(kind, today)
    ]


def _is_form_of(draft: Draft, kind: str, of: PublicIncident | None) -> bool:
    """Return whether a draft was started by the form for this kind of report, or for this incident."""
    mark = incident_of(draft)
    return kind_of(draft) == kind and (mark.id if mark is not None else None) == (
        of.id if of is not None else None
    )


def carry_on(request: HttpRequest, draft: Draft, at: datetime) -> HttpResponse:
    """Offer to continue or delete a draft whose answers cannot be sent as a report of danger."""
    return page(request, "carry_on", title=tab_title("carry_on"), resume=asking_of(draft, at).open_now)


def danger_form(kind: str, posted: Mapping[str, list[str]] | None = None) -> Form | None:
    """Return the question whether anyone is in danger, or None if this kind of report does not ask it.

    It stands on pages with a heading of their own. `posted` is what was sent with it, if it was sent.
    """
    asked = next((step for step in question_set(kind).steps if step.slug == DANGER), None)
    if asked is None:
        return None
    asking = asking_of(Draft(cookie="", notes={"kind": kind}), now())
    reading = asking.read(asked, posted) if posted is not None else None
    typed, errors = (reading.typed, reading.errors) if reading is not None else ({}, {})
    return form_of(asking.shown(asked), typed, errors, may_head=False)


def _keep_form() -> Form:
    label = shown("safety.longer_label")
    return Form((Checkboxes(name="keep", label="", choices=(FieldOption(value=str(_LONG), label=label),)),))


def _begin(
    request: HttpRequest, draft: Draft | None, kind: str, way: str, at: datetime, of: PublicIncident | None
) -> HttpResponse:
    """Start a draft, or carry over text entered on another start page."""
    asked = request.POST.get("begin", "")
    if draft is not None and draft.sent and asked != "again":
        return see_other("reporter:code")
    if draft is not None and draft.answers and asked not in ("again", "keep"):
        return see_other(request.path)  # shows what there is, and asks
    answers: dict[str, Any] = {}
    if draft is not None and draft.answers and not draft.sent and asked != "again":
        fresh = draft
        if not _is_form_of(draft, kind, of):
            new = question_set(kind, incident=of.kind if of is not None else "")
            answers = moved(questions_of(draft), new, draft.answers)
    else:  # an empty draft may have been left by somebody else, who then knows its cookie
        taking.forget_all(draft)
        drafting.discard(cookies.sent(request, settings.DRAFT_COOKIE), at=at)
        fresh = new_draft(request)
    if not asked:
        fresh.keep_hours = _LONG if request.POST.get("keep") == str(_LONG) else _SHORT
    noted = {"kind": kind} | ({"incident": [str(of.id), of.kind]} if of is not None else {})
    fresh.notes = noted | ({} if draft is None or draft.sent else receipt.carried_over(draft))
    fresh.answers = answers
    _answer_by_door(request, fresh, kind, way, at)
    try:
        drafting.save(fresh, at=at)
    except drafting.DraftChanged:  # pressed twice, or changed in another tab: shows what there is, and asks
        return see_other(request.path)
    tally.began(kind, "continued")
    asking = asking_of(fresh, at)
    response = see_other("reporter:question", slug=asking.open_now)
    cookies.give(response, settings.DRAFT_COOKIE, fresh.cookie)
    return response


def _answer_by_door(request: HttpRequest, draft: Draft, kind: str, way: str, at: datetime) -> None:
    """Record whether anyone is in danger and how to reply, as answered on the start page itself."""
    asking = asking_of(draft, at)
    for step in asking.qs.steps:
        if not step.by_door:
            continue
        if step.slug == REPLY and way in {choice.value for choice in step.fields[0].choices}:
            draft.answers = engine.with_answer(draft.answers, step, {step.fields[0].name: way})
        elif step.slug == DANGER and step.fields[0].name in request.POST:
            reading = asking.read(step, dict(request.POST.lists()))
            if not reading.errors:
                draft.answers = engine.with_answer(draft.answers, step, reading.values)
        if step.slug == DANGER and "start" in request.POST and DANGER not in draft.answers:
            draft.notes.setdefault("mistakes", {})[DANGER] = {}


def _door_template(kind: str) -> str:
    """Return the template of a kind's page before the questions: its own, or that of kinds which have none."""
    own = f"door_{kind}"
    return own if (_TEMPLATES / f"{own}.html").is_file() else "door_before"


#: The view of each kind of report.
DOORS = {
    kind.code: before_questions(kind.code, _door_template(kind.code), kind.door.words)
    for kind in pack().kinds.values()
}
call = before_questions("person", "door_call", "person_door", way="call", lead="call", heading="call_title")
