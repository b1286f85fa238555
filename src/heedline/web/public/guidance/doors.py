"""The front page (`/`) and its doors, which are links that lead visitors to the right help.

Each door leads there by the shortest way, and most end on a page of their own. What a door needs of the form
(which questions, which desk) is in the pack. Only the navigation is here. Paths are short and neutral, because
the browser keeps them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from heedline.casework.intake import drafting, open_incidents
from heedline.casework.intake.draft_room import For
from heedline.casework.intake.drafting import Draft
from heedline.web.components.shell import Link
from heedline.web.declared import Audience, open_to
from heedline.web.public.guidance.leaflets import languages as on_paper
from heedline.web.public.guidance.offered_language import offered
from heedline.web.public.report import danger_sent, receipt, sending, walking
from heedline.web.public.report.sending import CANNOT_CALL
from heedline.web.public.report.starting import carry_on
from heedline.web.public.report.turns import (
    DraftVisit,
    RunAgain,
    StoreAway,
    StoreFull,
    asking_of,
    draft_of,
    new_draft,
    now,
)
from heedline.web.public.shell import cookies, recovery
from heedline.web.public.shell.asking import entry, language, pack, question_set
from heedline.web.public.shell.pages import (
    compressed_page,
    findable,
    page,
    same_for_everyone,
    see_other,
    tab_title,
)

#: The answers recorded when a reporter presses "I have called and want to continue".
CALLED = {"now": {"danger": "yes"}, "call": {"called": "called"}}


def _door(
    template: str,
    words_of: str,
    *,
    up: str = "reporter:front",
    leaflets: bool = False,
    lead: str = "lead",
    **more: Any,
) -> Callable[..., HttpResponseBase]:
    """Return a view that renders a static text page.

    `words_of` names the pack's texts for it. `up` is where Back leads. `leaflets` adds links to the PDFs.
    `lead` is the key of the text that search results show.
    """

    @open_to(Audience.EVERYONE)
    @require_safe
    @same_for_everyone
    def show(request: HttpRequest) -> HttpResponse:
        there = {"leaflets": language() if leaflets and language() in on_paper() else ""}
        around: dict[str, Any] = {
            **there,
            "exit": False,
            "door": words_of,
            "back_url": reverse(up) if up else "",
            **findable(request, f"{words_of}.{lead}"),
        }
        return page(request, template, **(around | more))

    return show


@open_to(Audience.EVERYONE)
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Show the front page, which offers the browser's language if it is another.

    It says what this is, when to call 999, what can be reported, who to talk to and what to read.
    """
    offer = offered(request)
    return _front(request) if offer is None else gzip_page(_front_page)(request, offer)


def _front_page(request: HttpRequest, offer: Link | None = None) -> HttpResponse:
    return page(
        request,
        "door_front",
        exit=False,
        door="doors",
        title=tab_title("front"),
        offer=offer,
        incidents=open_incidents.open_now(),
        incident_language=pack().first_language,
        kinds=_kinds(pictured=True),
        more=_kinds(pictured=False),
        **findable(request, "doors.description"),
    )


def _kinds(*, pictured: bool) -> list[dict[str, str]]:
    """Return the kinds of report whose doors have a picture, or those whose doors have none."""
    return [
        {"url": reverse(entry(kind.code)), "words": f"doors.{kind.code}", "picture": kind.door.picture}
        for kind in pack().kinds.values()
        if bool(kind.door.picture) is pictured
    ]


_front = same_for_everyone(_front_page, while_same=open_incidents.open_now)


examples = _door(
    "door_examples",
    "examples",
    up="reporter:start",
    sections=("watch", "get", "keep", "money", "say", "work"),
)
how_easy = _door("door_how_easy", "easy", sections=("saw", "person", "online", "code", "help"))
phone = _door("door_phone", "phone_door", lead="hotline")
safe = _door("door_safe", "doors.safe", leaflets=True, lead="text")
easy = _door(
    "door_easy",
    "attack_easy",
    up="reporter:safe",
    sections=("run", "hide", "tell", "police"),
    leaflets=True,
)
safe_home = _door(
    "door_sections", "safe_home", up="reporter:safe", sections=("home", "post", "phone", "report")
)
safe_work = _door(
    "door_sections", "safe_work", up="reporter:safe", sections=("day", "odd", "items", "call", "report")
)
safe_out = _door("door_sections", "safe_out", up="reporter:safe", sections=("go", "items", "train", "report"))


@open_to(Audience.EVERYONE)
@require_safe
def charity(request: HttpRequest) -> HttpResponse:
    """Show the page about the independent charity.

    Nothing is passed on with the link, not even the referring page.
    """
    response = compressed_page(
        request,
        "door_charity",
        exit=False,
        door="charity_door",
        back_url=reverse("reporter:front"),
        **findable(request, "charity_door.lead"),
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


@open_to(Audience.EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: HttpRequest) -> HttpResponse:
    """Show the emergency page, which tells people to call first.

    Below that, for those who cannot call, is a single box that is sent as danger, past all other questions.
    """
    at = now()
    if request.method != "POST":
        return compressed_page(
            request,
            "door_emergency",
            door="doors.danger",
            back_url=reverse("reporter:front"),
            form=sending.brief_form("", {}, question_set().any_step("what")),
            **findable(request, "doors.danger.text"),
        )
    try:
        with suppress(RunAgain, drafting.DraftChanged):  # another tab has just saved it: once more, on that
            return _danger(request, draft_of(request, at), at, rerun=True)
        return _danger(request, draft_of(request, at), at)
    except StoreAway as away:
        return recovery.store_away(request, full=isinstance(away, StoreFull))


def _danger(request: HttpRequest, draft: Draft | None, at: datetime, *, rerun: bool = False) -> HttpResponse:
    """Record that the reporter cannot call, in the existing draft or a new one.

    Using the existing draft keeps what was said before. Text about a danger is sent at once in any case, even if there is no
    room for a draft. If an account of danger was sent before and its page is still open, this one is added to the same report.
    If another report was sent before and its code has not been saved, the new draft keeps that code, to be shown beside its
    own. If another report is unfinished that cannot be sent as danger, it waits until this one is finished. Otherwise the old
    draft is deleted, but only once the new one is stored.

    Raises RunAgain (only if `rerun`) or DraftChanged if another request has changed the draft.
    """
    again, urgent = request.POST.get("begin") == "again", _has_account(request)
    waits, old = False, None
    if draft is not None and draft.sent and urgent and receipt.has_said(draft, _account(request)):
        return see_other("reporter:code")  # Back, and pressed again
    adds = draft is not None and urgent and not again and danger_sent.is_open(draft)
    if draft is not None and adds and danger_sent.joined(draft, _account(request), at=at):
        draft.notes[receipt.SAID] = receipt.digest(_account(request))
        danger_sent.note_added(draft, at=at)
        return see_other("reporter:code")
    if draft is not None and draft.sent and not again and not urgent:
        return page(request, "code_again", title=tab_title("code_again"), kept=recovery.typed(request))
    if draft is not None and draft.answers and not _can_be_cut_short(draft, at):
        if not again and not urgent:
            return carry_on(request, draft, at)
        again, waits = True, not again
    if draft is None or again or not draft.answers:
        fresh = new_draft(request, danger=True)
        if draft is not None and not (draft.sent and again):
            fresh.notes |= receipt.carried_over(draft)
        if waits and draft is not None:
            fresh.notes[receipt.WAITING] = draft.cookie
        else:
            old = draft
        draft = fresh
    draft.whose = For.DANGER
    called = "called" in request.POST
    draft.answers = {**draft.answers, **(CALLED if called else CANNOT_CALL)}
    stored = True
    try:
        drafting.save(draft, at=at)
    except StoreFull:
        if not urgent:
            raise
        stored = False  # the account is sent from memory
    if stored and old is not None:
        drafting.discard(old.cookie, at=at)
    turn = DraftVisit(request, at, draft, rerun=rerun)
    slug, name = turn.asking.qs.narrative
    if called:
        response = see_other("reporter:question", slug=turn.asking.open_now)
    elif request.POST.get(name, "").strip():
        response = sending.send_brief(turn)
    else:
        if name in request.POST:
            walking.set_aside(turn, turn.asking.qs.any_step(slug), "brief")
        response = see_other("reporter:brief")
    if stored:
        cookies.give(response, settings.DRAFT_COOKIE, draft.cookie)
    return response


def _has_account(request: HttpRequest) -> bool:
    """Return whether the reporter wrote what is happening and did not press "I have called"."""
    return "called" not in request.POST and bool(_account(request).strip())


def _account(request: HttpRequest) -> str:
    return request.POST.get(question_set().narrative[1], "")


def _can_be_cut_short(draft: Draft, at: datetime) -> bool:
    """Return whether a reporter who cannot call can send the report after giving only an account."""
    asking = asking_of(draft, at)
    asking = asking.with_answers({**draft.answers, **CANNOT_CALL})
    return asking.fast and set(asking.missing()) <= {asking.qs.narrative[0]}
