"""`/tell/` and the page before the first question: what this is, how to leave fast, and the start of a draft."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import Draft
from heedline.web.components.forms import Checkboxes, FieldOption, Form
from heedline.web.declared import Audience, open_to
from heedline.web.public import cookies, recovery, tally
from heedline.web.public.asking import entry, first_kind, shown
from heedline.web.public.pages import page, see_other, tab_title
from heedline.web.public.turns import StoreAway, StoreFull, asking_of, draft_of, kind_of, new_draft, now

_LONG, _SHORT = 24, 1


@open_to(Audience.EVERYONE)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Something I saw or heard: the emergency number first, then what can be told, who reads it, and the other ways."""
    return page(request, "start", exit=False, emergency=True, back_url=reverse("reporter:front"))


@open_to(Audience.EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def safety(request: HttpRequest, kind: str = "") -> HttpResponse:
    """How to leave and how long answers are kept, once, before the first question. The button starts the draft.

    `kind`: of report; the pack's first without it. Who asks for advice gives a name anyway: they start from their door.
    """
    kind = kind or first_kind()
    at = now()
    try:
        draft = draft_of(request, at)
        if request.method == "POST":
            return _begin(request, draft, kind)
    except StoreAway as away:
        return recovery.store_away(request, full=isinstance(away, StoreFull))
    if draft is not None and draft.sent:
        return page(request, "code_again", title=tab_title("notice"))
    if draft is not None and draft.answers:
        return carry_on(request, draft, at)
    if entry(kind) == "reporter:advice":
        return see_other(entry(kind))
    tally.began(kind, "entered")
    form = Form(
        (
            Checkboxes(
                name="keep", label="", choices=(FieldOption(value="24", label=shown("safety.longer_label")),)
            ),
        )
    )
    return page(
        request, "safety", title=tab_title("safety"), form=form, exit_title=shown("safety.exit_title")
    )


def carry_on(request: HttpRequest, draft: Draft, at: datetime) -> HttpResponse:
    """There are answers here already, perhaps to the questions of another door: go on with them, or delete them."""
    return page(request, "carry_on", title=tab_title("notice"), resume=asking_of(draft, at).open_now)


def _begin(request: HttpRequest, draft: Draft | None, kind: str) -> HttpResponse:
    at = now()
    again = request.POST.get("begin") == "again"
    if draft is not None and not again:
        if draft.sent:
            return see_other("reporter:code")
        if draft.answers and kind_of(draft) != kind:
            return see_other(request.path)  # asks which of the two they want
        fresh = draft
    else:
        drafting.discard(cookies.sent(request, settings.DRAFT_COOKIE), at=at)
        fresh = new_draft(request)
    if not again:
        fresh.keep_hours = _LONG if request.POST.get("keep") == str(_LONG) else _SHORT
    if kind_of(fresh) != kind:
        fresh.notes = {"kind": kind}
    drafting.save(fresh, at=at)
    tally.began(kind, "continued")
    response = see_other("reporter:question", slug=asking_of(fresh, at).open_now)
    cookies.give(response, settings.DRAFT_COOKIE, fresh.cookie)
    return response
