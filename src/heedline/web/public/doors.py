"""`/` and the doors: each leads by the shortest way to the right help, and most of them end on their own page.

What a door needs of the form (which questions, which desk) is in the pack; here is only who goes where. Addresses are
short and calm, as the browser keeps them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from heedline.casework.intake import drafting
from heedline.casework.intake.draft_room import For
from heedline.casework.intake.drafting import Draft
from heedline.web.declared import Audience, open_to
from heedline.web.public import cookies, recovery
from heedline.web.public.asking import language, words
from heedline.web.public.leaflets import languages as on_paper
from heedline.web.public.pages import page, see_other, tab_title
from heedline.web.public.starting import carry_on
from heedline.web.public.turns import StoreAway, StoreFull, asking_of, draft_of, new_draft, now

#: What somebody has said who presses "I cannot call". A test holds it to the questions of every kind that ask this.
CANNOT_CALL = {"now": {"danger": "yes"}, "call": {"called": "cannot"}}


def _door(
    template: str, words_of: str, *, up: str = "reporter:front", leaflets: bool = False, **more: Any
) -> Callable[..., HttpResponseBase]:
    """A page that only says something. `words_of`: the pack's texts for it; `up`: where Back leads.

    `leaflets`: with the PDFs.
    """

    @open_to(Audience.EVERYONE)
    @require_safe
    def show(request: HttpRequest) -> HttpResponse:
        there = {"leaflets": language() if leaflets and language() in on_paper() else ""}
        around: dict[str, Any] = {
            **there,
            "exit": False,
            "door": words_of,
            "back_url": reverse(up) if up else "",
        }
        return page(request, template, **(around | more))

    return show


front = _door("door_front", "doors", up="")
examples = _door(
    "door_examples",
    "examples",
    up="reporter:start",
    sections=("watch", "get", "keep", "money", "say", "work"),
)
advice = _door("door_advice", "advice_door")
phone = _door("door_phone", "phone_door")
safe = _door("door_safe", "doors.safe", leaflets=True)
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
def person(request: HttpRequest) -> HttpResponse:
    """Someone I am worried about: whom to call first, what help means, and the way to the questions."""
    return _before_questions(request, "door_person", "person_door")


@open_to(Audience.EVERYONE)
@require_safe
def online(request: HttpRequest) -> HttpResponse:
    """Something online: an address is enough; do not look for more, do not share it."""
    return _before_questions(request, "door_online", "online_door")


@open_to(Audience.EVERYONE)
@require_safe
def charity(request: HttpRequest) -> HttpResponse:
    """The independent charity. Nothing goes with whoever follows the link, not even where they come from."""
    response = page(
        request, "door_charity", exit=False, door="charity_door", back_url=reverse("reporter:front")
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


@open_to(Audience.EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: HttpRequest) -> HttpResponse:
    """Call first. The button is for who cannot: to the one box that is sent as danger, past every other question."""
    if request.method != "POST":
        return page(
            request, "door_emergency", exit=False, door="doors.danger", back_url=reverse("reporter:front")
        )
    at = now()
    try:
        return _cannot_call(request, draft_of(request, at), at)
    except StoreAway as away:
        return recovery.store_away(request, full=isinstance(away, StoreFull))


def _before_questions(request: HttpRequest, template: str, words_of: str) -> HttpResponse:
    """The history does not say by which door somebody came: these two pages are called what the first page is called."""
    return page(
        request, template, door=words_of, title=words()["doors.title"], back_url=reverse("reporter:front")
    )


def _cannot_call(request: HttpRequest, draft: Draft | None, at: datetime) -> HttpResponse:
    """Into the draft that there is, so that what was said before goes with it; or into a new one."""
    again = request.POST.get("begin") == "again"
    if draft is not None and draft.sent and not again:
        return page(request, "code_again", title=tab_title("notice"))
    if draft is not None and draft.answers and not again and not _can_be_cut_short(draft, at):
        return carry_on(request, draft, at)
    if draft is None or again or not draft.answers:
        drafting.discard(cookies.sent(request, settings.DRAFT_COOKIE), at=at)
        draft = new_draft(request, danger=True)
    draft.whose = For.DANGER
    draft.answers = {**draft.answers, **CANNOT_CALL}
    drafting.save(draft, at=at)
    response = see_other("reporter:brief")
    cookies.give(response, settings.DRAFT_COOKIE, draft.cookie)
    return response


def _can_be_cut_short(draft: Draft, at: datetime) -> bool:
    """Whether, once they said that they cannot call, nothing but the words is wanting."""
    asking = asking_of(draft, at)
    asking = asking.with_answers({**draft.answers, **CANNOT_CALL})
    return asking.fast and set(asking.missing()) <= {asking.qs.narrative[0]}
