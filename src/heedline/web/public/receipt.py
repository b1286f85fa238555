"""`/code/…`: the receipt code is shown, typed back or declined, and then shown no more."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from heedline.casework.intake import drafting
from heedline.web.components.forms import Form, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.public import cookies
from heedline.web.public.asking import shown
from heedline.web.public.languages import as_typed
from heedline.web.public.pages import day_in_words, page, see_other, tab_title
from heedline.web.public.receipt_codes import typed_code
from heedline.web.public.turns import DraftVisit, StoreAway, on_sent


@on_sent
def code(turn: DraftVisit) -> HttpResponse:
    """We have your report, and its code: large, in groups, spelled out, and how to keep it."""
    return show(turn)


@on_sent
def code_check(turn: DraftVisit) -> HttpResponse:
    """Type it back, or decline it. A wrong one shows it again, without any other consequence."""
    if not turn.posted:
        return _check_page(turn)
    if "decline" in turn.request.POST:
        return _finish(turn, "reporter:finished-without")
    given = turn.request.POST.get("code", "")
    if as_typed(turn.request):
        turn.draft.notes["unfinished_code"] = given[:200]
        return _again(turn)
    found = typed_code(given)
    if found is not None and found.symbols == turn.draft.code:
        return _finish(turn, "reporter:finished")
    turn.draft.notes["typed_code"] = given[:200]
    turn.draft.notes.pop("unfinished_code", None)
    return _again(turn)


def _again(turn: DraftVisit) -> HttpResponse:
    """Shown at the page's own address, so that Back never asks to send a form again, and history holds no code."""
    with suppress(StoreAway):
        drafting.save(turn.draft, at=turn.at)
        return see_other("reporter:code-check")
    return _check_page(turn)


@open_to(Audience.EVERYONE)
@require_safe
def finished(request: HttpRequest) -> HttpResponse:
    """What happens next. Says nothing of any one report, so whoever comes here may read it."""
    return page(request, "finished", title=tab_title("finished"), kept=True)


@open_to(Audience.EVERYONE)
@require_safe
def finished_without(request: HttpRequest) -> HttpResponse:
    """The same for who wanted no code."""
    return page(request, "finished", title=tab_title("finished"), kept=False)


def show(turn: DraftVisit) -> HttpResponse:
    """The page with the code; also right after sending, when the draft could not be marked."""
    day = date.fromisoformat(turn.draft.received_on)
    return page(
        turn.request,
        "code",
        title=tab_title("code"),
        sent_title=shown("sent.title"),
        lead=shown(_who_reads_it(turn)),
        day_words=shown("sent.day", day=day_in_words(day)),
        **shown_code(turn),
    )


def _who_reads_it(turn: DraftVisit) -> str:
    """The text about when it is read: nobody who said that somebody is in danger is told of a day."""
    if turn.draft.notes.get("could_not_call"):
        return "brief.slower"
    return "sent.alerted" if turn.draft.notes.get("danger") else "sent.lead"


def shown_code(turn: DraftVisit) -> dict[str, Any]:
    """The code as the page shows it."""
    code = turn.draft.receipt_code
    return {
        "groups": code.grouped().split("-"),
        "spelled": code.spelled(),
        "spelled_title": shown("code.spelled"),
    }


def _check_page(turn: DraftVisit) -> HttpResponse:
    given = turn.draft.notes.get("typed_code")
    box = TextInput(
        name="code",
        label=shown("code_check.label"),
        hint=shown("code_check.hint"),
        names=True,
        width=20,
        limit=200,
    )
    form = Form(
        (box,),
        {"code": turn.draft.notes.get("unfinished_code") or given or ""},
        {} if given is None else {"code": shown("code_check.wrong")},
    )
    again = {} if given is None else shown_code(turn)
    return page(
        turn.request, "code_check", title=tab_title("code_check"), form=form, keeps_typed=True, **again
    )


def _finish(turn: DraftVisit, where: str) -> HttpResponse:
    with suppress(
        StoreAway
    ):  # then the row goes by itself within the hour; without the cookie nobody can open it
        drafting.discard(turn.draft.cookie, at=turn.at)
    response = see_other(where)
    cookies.take_away(response, settings.DRAFT_COOKIE)
    return response
