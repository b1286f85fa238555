"""The context of a request about a draft: the time, the draft and the questions.

The draft is loaded once before the view and saved once by it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error as StoreAway
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods

from heedline.casework.intake import drafting
from heedline.casework.intake.draft_room import For, StoreFull, may_begin
from heedline.casework.intake.drafting import Draft, DraftChanged
from heedline.casework.intake.open_incidents import IncidentMark
from heedline.casework.intake.page_counts import ANYWHERE, COUNTS
from heedline.casework.intake.rate_limit import CALLER
from heedline.intake.questions import QuestionSet
from heedline.web.declared import Audience, open_to
from heedline.web.public.shell import cookies, recovery
from heedline.web.public.shell.asking import (
    KIND_FIELD,
    PageFlow,
    first_kind,
    identity_offered,
    language,
    pack,
    question_set,
)

__all__ = [
    "DraftVisit",
    "RunAgain",
    "StoreAway",
    "StoreFull",
    "asking_of",
    "draft_of",
    "incident_kind",
    "incident_of",
    "kind_of",
    "new_draft",
    "now",
    "on_draft",
    "on_sent",
    "questions_of",
]


class RunAgain(Exception):
    """Raised to run a view once more, with the draft that another tab has saved."""


@dataclass
class DraftVisit:
    """The context of a view that works on a draft.

    `late` means that the browser's draft was gone, so that this one is new and not yet saved.
    """

    request: HttpRequest
    at: datetime
    draft: Draft
    late: bool = False
    saved: bool = False
    full: bool = False
    """Whether the draft could not be saved for lack of space."""
    unkept: bool = False
    """Whether the browser keeps no cookies, so that no draft is stored."""
    rerun: bool = False
    """Whether the view is run once more if another tab has changed the draft (`on_draft`)."""
    _asking: tuple[dict[str, Any], str, PageFlow] | None = None

    @property
    def posted(self) -> bool:
        """Return whether the request is a POST."""
        return self.request.method == "POST"

    @property
    def from_check(self) -> bool:
        """Return whether the reporter is changing one answer from the check page."""
        return self.request.GET.get("back") == "check"

    @property
    def kind(self) -> str:
        """Return the kind of report that the draft is for."""
        return kind_of(self.draft)

    @property
    def asking(self) -> PageFlow:
        """Return the questions applied to the draft's answers, recomputed when either changes."""
        answers, kind = self.draft.answers, self.kind
        held = self._asking
        if held is None or held[1] != kind:
            held = self._asking = (answers, kind, asking_of(self.draft, self.at))
        elif held[0] is not answers:
            held = self._asking = (answers, kind, held[2].with_answers(answers))
        return held[2]

    def keep(self, answers: dict[str, Any]) -> None:
        """Save the draft with these answers.

        Raises StoreAway, or ValueError if there is too much to save. Raises RunAgain if another request has changed the draft
        since it was loaded, and this one can be run again.
        """
        self.draft.answers = answers
        try:
            drafting.save(self.draft, at=self.at)
        except StoreFull:
            self.full = True
            raise
        except DraftChanged:
            if self.rerun:
                raise RunAgain from None
            raise
        self.saved = True


def now() -> datetime:
    """Return the current time, which is read once per request."""
    return datetime.now(UTC)


def kind_of(draft: Draft) -> str:
    """Return the kind of report that a draft is for, which depends on where the reporter started."""
    return str(draft.notes.get("kind") or first_kind())


def incident_of(draft: Draft) -> IncidentMark | None:
    """Return the incident by whose form a draft was started, or None."""
    noted = draft.notes.get("incident")
    return IncidentMark(UUID(noted[0]), noted[1]) if noted else None


def incident_kind(draft: Draft) -> str:
    """Return the kind of that incident, or ""."""
    incident = incident_of(draft)
    return incident.kind if incident is not None else ""


def questions_of(draft: Draft, *, original: bool = False) -> QuestionSet:
    """Return the questions that a draft answers. `original` selects the language that they were translated from."""
    return question_set(kind_of(draft), original=original, incident=incident_kind(draft))


def asking_of(draft: Draft, at: datetime) -> PageFlow:
    """Return the page flow for a draft: its question set and its answers."""
    asked = questions_of(draft)
    original = asked if language() == pack().first_language else questions_of(draft, original=True)
    return PageFlow(asked, draft.answers, identity_offered(at), original)


def _posted_kind(request: HttpRequest) -> str:
    """Return the kind of report given in the posted form, or "" if it is missing or invalid."""
    kind = request.POST.get(KIND_FIELD, "")
    return kind if kind in pack().kinds else ""


def draft_of(request: HttpRequest, at: datetime) -> Draft | None:
    """Return this browser's draft, whether sent or not, or None."""
    return drafting.load(cookies.sent(request, settings.DRAFT_COOKIE), at=at)


def new_draft(request: HttpRequest, *, danger: bool = False, notes: dict[str, Any] | None = None) -> Draft:
    """Return an empty draft with a new cookie.

    Raises StoreFull if too many drafts were started from where this request came from.
    """
    may_begin(request.META.get(CALLER), danger=danger)
    whose = For.DANGER if danger else For.PUBLIC
    return Draft(cookie=drafting.new_cookie(), notes=notes or {}, whose=whose)


def _late_draft(request: HttpRequest) -> Draft:
    """Return a new draft for a form posted after the browser's draft expired or was deleted."""
    return new_draft(request, notes={"late": True, "kind": _posted_kind(request)})


type TurnView = Callable[..., HttpResponse]  # (Turn, what the address holds)
type View = Callable[..., HttpResponseBase]


def on_draft(view: TurnView) -> View:
    """Wrap a view that needs an unfinished report.

    Reporters with no draft, or whose report has been sent, see the page for that case. No text is lost. If another tab saves
    the draft while the view runs, the view runs once more, on the newer draft, so that the answers of both are kept. If that
    happens again, the page says that the answer was not saved, and shows it. If the draft is deleted meanwhile, nothing is
    stored.
    """

    @open_to(Audience.EVERYONE)
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def dressed(request: HttpRequest, **kwargs: str) -> HttpResponse:
        at = now()
        for once_more in (False, True):
            try:
                draft = draft_of(request, at)
            except StoreAway:
                return recovery.store_away(request)
            if draft is None:
                return (
                    recovery.store_away(request) if once_more else _without_draft(view, request, at, kwargs)
                )
            if draft.sent:
                return recovery.already_sent(request)
            if _posted_kind(request) not in ("", kind_of(draft)):  # by another door, in another tab
                return recovery.does_not_fit(request)
            with suppress(RunAgain):
                return view(DraftVisit(request, at, draft, rerun=not once_more), **kwargs)
        raise AssertionError("a view runs twice at most")

    return dressed


def _without_draft(
    view: TurnView, request: HttpRequest, at: datetime, kwargs: dict[str, str]
) -> HttpResponse:
    """Run the view on a new draft if a form was posted, or explain that there is no draft."""
    if cookies.sent(request, settings.DRAFT_COOKIE):
        COUNTS.add(_posted_kind(request) or ANYWHERE, ANYWHERE, "expired")
    if request.method != "POST":
        return recovery.no_draft(request)
    try:
        turn = DraftVisit(request, at, _late_draft(request), late=True)
    except StoreFull:
        return recovery.store_away(request, full=True)
    response = view(turn, **kwargs)
    if turn.saved:
        cookies.give(response, settings.DRAFT_COOKIE, turn.draft.cookie)
    return response


def on_sent(view: TurnView, *, unsent: TurnView | None = None) -> View:
    """Wrap a view that needs a report that has just been sent, while its code is still shown.

    `unsent` is the view for a report that has not been sent. Without it, the check page is shown.
    """

    @open_to(Audience.EVERYONE)
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def dressed(request: HttpRequest, **kwargs: str) -> HttpResponse:
        at = now()
        try:
            draft = draft_of(request, at)
        except StoreAway:
            return recovery.code_away(request)
        if draft is None:
            return recovery.code_gone(request)
        if not draft.sent:
            return (
                recovery.not_sent_yet(request) if unsent is None else unsent(DraftVisit(request, at, draft))
            )
        return view(DraftVisit(request, at, draft), **kwargs)

    return dressed
