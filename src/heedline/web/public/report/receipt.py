"""The receipt code (`/code/…`) and what happens next.

The code is shown until it is kept or declined, and then no longer.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import Draft
from heedline.packs.text.words import Words
from heedline.web.components.forms import Form, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.public.report import danger_sent
from heedline.web.public.report.turns import (
    DraftVisit,
    StoreAway,
    asking_of,
    draft_of,
    incident_kind,
    kind_of,
    now,
    on_sent,
)
from heedline.web.public.shell import cookies, promised_times, recovery
from heedline.web.public.shell.asking import first_kind, pack, question_set, shown, words
from heedline.web.public.shell.beside import Twofold
from heedline.web.public.shell.languages import as_typed
from heedline.web.public.shell.pages import compressed_page, day_in_words, page, see_other, tab_title
from heedline.web.public.shell.receipt_codes import ReceiptCode, typed_code

#: The notes of a draft that hold the codes of reports sent before it, a digest of an account of danger that was sent, and the
#: cookie of another unfinished report that waits until this one is finished.
EARLIER, SAID, WAITING = "earlier", "said", "waiting"
#: The note of a sent draft that holds by when its report is read.
READ_BY = "read_by"
#: The note of a sent draft whose account was asked for in words of its own: by somebody who worries about themselves.
OWN = "own"
#: The note of a sent draft that came by an incident's form and has the ending of another kind of report.
MANY = "many"
_OWN_DO = "sent.person.own_do"
#: The most earlier codes that a draft keeps.
_MOST_EARLIER = 5


def _earlier_only(turn: DraftVisit) -> HttpResponse:
    """Show the codes of reports sent before an unfinished one, or the check page if all of them have been saved."""
    earlier = turn.draft.notes.get(EARLIER)
    if not earlier:
        return recovery.not_sent_yet(turn.request)
    return page(
        turn.request,
        "code_earlier",
        title=tab_title("code"),
        codes=_in_groups(earlier),
        resume=turn.asking.open_now,
    )


@partial(on_sent, unsent=_earlier_only)
def code(turn: DraftVisit) -> HttpResponse:
    """Show the receipt code, with advice on keeping it safe.

    The code is large, in groups and spelled out. After an account of danger the page says what has happened since, and what
    is posted to it is added to the report.
    """
    return danger_sent.add(turn) if turn.posted and danger_sent.is_open(turn.draft) else show(turn)


@on_sent
def code_check(turn: DraftVisit) -> HttpResponse:
    """Record in one step that the reporter has saved the code or does not want it.

    Typing it back is optional. A wrong code shows the receipt code again, with no other consequence.
    """
    if not turn.posted:
        return _check_page(turn)
    if "decline" in turn.request.POST:
        return _finish(turn, kept=False)
    if "kept" in turn.request.POST:
        return _finish(turn)
    given = turn.request.POST.get("code", "")
    if as_typed(turn.request):
        turn.draft.notes["unfinished_code"] = given[:200]
        return _again(turn)
    found = typed_code(given)
    if found is not None and found.symbols == turn.draft.code:
        return _finish(turn)
    turn.draft.notes["typed_code"] = given[:200]
    turn.draft.notes.pop("unfinished_code", None)
    return _again(turn)


def _again(turn: DraftVisit) -> HttpResponse:
    """Redirect to the page's own URL, so that Back never submits a form again and history holds no code."""
    with suppress(StoreAway):
        drafting.save(turn.draft, at=turn.at)
        return see_other("reporter:code-check")
    return _check_page(turn)


@open_to(Audience.EVERYONE)
@require_safe
def finished(request: HttpRequest, *, kept: bool, advice: bool = False, own: bool = False) -> HttpResponse:
    """Explain what happens next, after the code was saved (`kept`) or declined.

    It says nothing about any particular report, so anybody may read it. `advice` is for an organisation that asked for advice,
    and `own` for somebody who worries about themselves: its address does not say so, because the browser keeps it.
    If an account of danger came before another report was finished, the page leads back to that report.
    """
    resume = _resume(request)
    return (page if resume else compressed_page)(
        request,
        "finished",
        title=tab_title("finished"),
        kept=kept,
        advice=advice,
        next_words="sent.person.own_next" if own else "finished.then",
        do_words=_OWN_DO if own else "sent.do",
        resume=resume,
        address=request.build_absolute_uri(reverse("reporter:front")),
    )


def show(turn: DraftVisit) -> HttpResponse:
    """Show the page with the receipt code, worded for its kind of report.

    It is also shown straight after sending if the draft could not be marked.
    """
    day, ending = date.fromisoformat(turn.draft.received_on), _ending(turn)
    odd, young = "odd" in turn.draft.notes, "young" in turn.draft.notes
    if ending in _TIMED:
        lead = shown(f"sent.{ending}.lead", when=promised_times.in_words(_read_by(turn), turn.at))
    else:
        lead = _call_when(turn) if ending == "callback" else shown(f"sent.{ending}.lead")
    day_words = shown("sent.day", day=day_in_words(day))
    return page(
        turn.request,
        "code_danger" if ending == "danger" else "code",
        title=tab_title("code"),
        kept_as=(ending, young, _do_words(turn)),
        ending=f"sent.{ending}",
        next_words=_next_words(turn, ending),
        do_words=_do_words(turn),
        sent_title=shown(f"sent.{ending}.title"),
        lead=lead,
        by=_call_by(turn) if ending == "callback" else "",
        day_words=day_words,
        many=MANY in turn.draft.notes,
        odd=odd,
        young=young,
        discreet=True,
        codes=_in_groups(turn.draft.notes.get(EARLIER, [])),
        **shown_code(turn),
        **(danger_sent.context(turn) if ending == "danger" else {}),
    )


def _next_words(turn: DraftVisit, ending: str) -> str:
    """Return the key of what happens next, which has words of its own for somebody who worries about themselves."""
    own = f"sent.{ending}.own_next"
    return own if OWN in turn.draft.notes and own in words().list_keys() else f"sent.{ending}.next"


def _do_words(turn: DraftVisit) -> str:
    """Return the key of what the reporter can do, which has words of its own for somebody who worries about themselves."""
    return _OWN_DO if OWN in turn.draft.notes else "sent.do"


def _in_groups(codes: list[str]) -> list[list[str]]:
    return [ReceiptCode(one).grouped().split("-") for one in codes]


def carried_over(draft: Draft | None) -> dict[str, Any]:
    """Return the notes for the draft that replaces this one: codes not saved yet, newest first, and the waiting report."""
    if draft is None:
        return {}
    kept = {
        EARLIER: _codes(draft) if draft.sent else draft.notes.get(EARLIER),
        WAITING: draft.notes.get(WAITING),
    }
    return {name: value for name, value in kept.items() if value}


def renew(draft: Draft) -> None:
    """Give a draft a new id and code, and keep the code with which another tab has sent a report from it.

    Its files belong to that report.
    """
    draft.notes[EARLIER] = _codes(draft)
    fresh = Draft(cookie=draft.cookie)
    draft.report_id, draft.code, draft.files = fresh.report_id, fresh.code, ()


def _codes(draft: Draft) -> list[str]:
    return [draft.code, *draft.notes.get(EARLIER, [])][:_MOST_EARLIER]


def waiting(draft: Draft | None, at: datetime) -> Draft | None:
    """Return the unfinished report that is waiting for this one to be finished, or None."""
    return None if draft is None else drafting.load(draft.notes.get(WAITING), at=at)


def digest(account: str) -> str:
    """Return a digest of an account, ignoring whitespace."""
    return sha256("".join(account.split()).encode("utf-8", "surrogatepass")).hexdigest()


def has_said(draft: Draft, account: str) -> bool:
    """Return whether this account is the one that was sent with the draft as a report of danger."""
    return draft.notes.get(SAID) == digest(account)


#: The endings that the pack has words for (`sent.<ending>`), and those whose first sentence promises a time.
ENDINGS = (*pack().kinds, "incident", "callback", "danger", "called")
_TIMED = frozenset((*pack().kinds, "incident"))


def _ending(turn: DraftVisit) -> str:
    """Return the code from `ENDINGS` that selects the confirmation page's text.

    If the draft could not be marked, it depends on the kind of report.
    """
    said = turn.draft.notes.get("ending", kind_of(turn.draft))
    return said if said in ENDINGS else first_kind()


def _call_when(turn: DraftVisit) -> str:
    """Return text saying when we will call, using the wording of the questions.

    It names the days and hours that the reporter gave as safe. If they wrote about the times in their own words, it names
    none, because the officer reads those words first.
    """
    if turn.draft.notes.get("own_times"):
        return shown("sent.callback.lead_own")
    said = words()
    once, original = (
        _when_in_words(turn, texts, original=texts is not said) for texts in (said, said.original or said)
    )
    return shown(
        "sent.callback.lead", **{name: Twofold(once[name], original[name]) for name in ("days", "hours")}
    )


def _read_by(turn: DraftVisit) -> datetime:
    """Return the deadline for reading the report. Drafts of the previous release have no note of it, so it is worked out."""
    noted = turn.draft.notes.get(READ_BY)
    if noted:
        return datetime.fromisoformat(noted)
    return promised_times.read_by(kind_of(turn.draft), turn.at, incident=incident_kind(turn.draft))


def _call_by(turn: DraftVisit) -> str:
    """Return text saying by when we will first call, or "" if the reporter wrote about the times in their own words."""
    notes = turn.draft.notes
    if notes.get("own_times"):
        return ""
    due = promised_times.call_by(_read_by(turn), notes.get("days", ()), notes.get("hours", ()))
    return shown("sent.callback.by", when=promised_times.in_words(due, turn.at))


def _when_in_words(turn: DraftVisit, texts: Words, *, original: bool) -> dict[str, str]:
    """Return the safe days and hours as text, in the language of the page or in the original."""
    asked = question_set("person", original=original).any_step("callback")
    days, hours = (
        [one.text for one in asked.field(name).choices if one.value in turn.draft.notes.get(name, [])]
        for name in ("days", "hours")
    )
    return {
        "days": texts.say("sent.callback.on_days", days=_any_of(days, texts))
        if days
        else texts["sent.callback.any_day"],
        "hours": _any_of([one.lower() for one in hours], texts) if hours else texts["sent.callback.any_hour"],
    }


def _any_of(several: list[str], texts: Words) -> str:
    """Return texts joined as alternatives, such as "Monday, Tuesday or Friday"."""
    *some, last = several
    return texts.say("sent.callback.or", some=", ".join(some), last=last) if some else last


@on_sent
def printed(turn: DraftVisit) -> HttpResponse:
    """Show a printable receipt, which states the subject of the report only on request."""
    kind = "callback" if _ending(turn) == "callback" else kind_of(turn.draft)
    named = turn.request.GET.get("about") == "1" and f"receipt.kind_{kind}" in words()
    day = date.fromisoformat(turn.draft.received_on)
    return page(
        turn.request,
        "receipt",
        title=tab_title("receipt"),
        address=turn.request.build_absolute_uri(reverse("reporter:enter")),
        day_words=shown("sent.day", day=day_in_words(day)),
        about=shown("receipt.about", kind=shown(f"receipt.kind_{kind}")) if named else "",
        back_url=reverse("reporter:code"),
        discreet=True,
        codes=_in_groups(turn.draft.notes.get(EARLIER, [])),
        **shown_code(turn),
    )


@on_sent
def odd(turn: DraftVisit) -> HttpResponse:
    """Start a report from a request for advice about something odd, with the place prefilled.

    Its draft replaces the one that holds the request's code, and keeps that code to be shown with the report's own.
    """
    place = turn.draft.notes.get("odd")
    if not turn.posted or place is None:
        return see_other("reporter:code")
    fresh = Draft(cookie=drafting.new_cookie(), notes={"kind": first_kind()} | carried_over(turn.draft))
    roles = question_set(first_kind()).roles
    for role, text in place.items():
        if text:
            step, name = roles[role]
            fresh.answers.setdefault(step, {})[name] = text
    drafting.save(fresh, at=turn.at)  # before the old one is deleted, so that no code is lost if this fails
    drafting.discard(turn.draft.cookie, at=turn.at)
    response = see_other("reporter:question", slug=asking_of(fresh, turn.at).open_now)
    cookies.give(response, settings.DRAFT_COOKIE, fresh.cookie)
    return response


def shown_code(turn: DraftVisit) -> dict[str, Any]:
    """Return the receipt code formatted as it appears on the page."""
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
        classes="hl-code-input",
        limit=200,
    )
    form = Form(
        (box,),
        {"code": turn.draft.notes.get("unfinished_code") or given or ""},
        {} if given is None else {"code": shown("code_check.wrong")},
    )
    again = {} if given is None else shown_code(turn)
    return page(
        turn.request,
        "code_check",
        title=tab_title("code_check"),
        form=form,
        keeps_typed=True,
        back_url=reverse("reporter:code"),
        **again,
    )


def _finish(turn: DraftVisit, *, kept: bool = True) -> HttpResponse:
    where = "reporter:finished" if kept else "reporter:finished-without"
    if _ending(turn) == "advice":
        where += "-advice"
    elif OWN in turn.draft.notes:
        where += "-own"
    with suppress(
        StoreAway
    ):  # then the row goes by itself within the hour; without the cookie nobody can open it
        drafting.discard(turn.draft.cookie, at=turn.at)
    response, unfinished = see_other(where), None
    with suppress(StoreAway):
        unfinished = waiting(turn.draft, turn.at)
    if unfinished is None:
        cookies.take_away(response, settings.DRAFT_COOKIE)
    else:
        cookies.give(response, settings.DRAFT_COOKIE, unfinished.cookie)
    return response


def _resume(request: HttpRequest) -> str:
    """Return the page at which this browser's unfinished report resumes, or "" if there is none."""
    with suppress(StoreAway):
        draft = draft_of(request, at := now())
        if draft is not None and draft.answers and not draft.sent:
            return asking_of(draft, at).open_now
    return ""
