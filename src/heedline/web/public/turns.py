"""One request about a draft: its clock, its draft and the questions. Read once before the view, saved once by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import Error as StoreAway
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods

from heedline.casework.intake import drafting
from heedline.casework.intake.draft_room import For, StoreFull, may_begin
from heedline.casework.intake.drafting import Draft
from heedline.casework.intake.page_counts import ANYWHERE, COUNTS
from heedline.casework.intake.rate_limit import CALLER
from heedline.web.declared import Audience, open_to
from heedline.web.public import cookies, recovery
from heedline.web.public.asking import KIND_FIELD, PageFlow, first_kind, identity_offered, pack, question_set

__all__ = [
    "DraftVisit",
    "StoreAway",
    "StoreFull",
    "asking_of",
    "draft_of",
    "kind_of",
    "new_draft",
    "now",
    "on_draft",
    "on_sent",
]


@dataclass
class DraftVisit:
    """What a view about a draft gets. `late`: the browser's draft was gone, so this one is new and not yet kept."""

    request: HttpRequest
    at: datetime
    draft: Draft
    late: bool = False
    saved: bool = False
    full: bool = False
    """Whether it could not be saved because there is no room."""

    @property
    def posted(self) -> bool:
        """Whether something was sent."""
        return self.request.method == "POST"

    @property
    def from_check(self) -> bool:
        """Whether the reporter is changing one answer from the check page."""
        return self.request.GET.get("back") == "check"

    @property
    def kind(self) -> str:
        """The kind of report that the draft is for."""
        return kind_of(self.draft)

    @property
    def asking(self) -> PageFlow:
        """The questions over the draft's answers."""
        return asking_of(self.draft, self.at)

    def keep(self, answers: dict[str, Any]) -> None:
        """Save the draft with these answers; StoreAway or ValueError (too much) when it could not be kept."""
        self.draft.answers = answers
        try:
            drafting.save(self.draft, at=self.at)
        except StoreFull:
            self.full = True
            raise
        self.saved = True


def now() -> datetime:
    """The clock, read once a request."""
    return datetime.now(UTC)


def kind_of(draft: Draft) -> str:
    """The kind of report that a draft is for: it remembers by which door somebody came."""
    return str(draft.notes.get("kind") or first_kind())


def asking_of(draft: Draft, at: datetime) -> PageFlow:
    """The questions over the answers of a draft."""
    kind = kind_of(draft)
    return PageFlow(
        question_set(kind), draft.answers, identity_offered(at), question_set(kind, original=True)
    )


def _posted_kind(request: HttpRequest) -> str:
    """The kind that the page was for which this was posted from; "" when it does not say, or says nonsense."""
    kind = request.POST.get(KIND_FIELD, "")
    return kind if kind in pack().kinds else ""


def draft_of(request: HttpRequest, at: datetime) -> Draft | None:
    """The draft of this browser, sent or not."""
    return drafting.load(cookies.sent(request, settings.DRAFT_COOKIE), at=at)


def new_draft(request: HttpRequest, *, danger: bool = False, notes: dict[str, Any] | None = None) -> Draft:
    """A draft under a fresh cookie. Raises StoreFull when too many were begun from where this request came from."""
    may_begin(request.META.get(CALLER), danger=danger)
    whose = For.DANGER if danger else For.PUBLIC
    return Draft(cookie=drafting.new_cookie(), notes=notes or {}, whose=whose)


type TurnView = Callable[..., HttpResponse]  # (Turn, what the address holds)
type View = Callable[..., HttpResponseBase]


def on_draft(view: TurnView) -> View:
    """A view of an unfinished report. Whoever has none, or has sent it, gets the page for that; no word is lost."""

    @open_to(Audience.EVERYONE)
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def dressed(request: HttpRequest, **kwargs: str) -> HttpResponse:
        at = now()
        try:
            draft = draft_of(request, at)
        except StoreAway:
            return recovery.store_away(request)
        if draft is None and cookies.sent(request, settings.DRAFT_COOKIE):
            COUNTS.add(_posted_kind(request) or ANYWHERE, ANYWHERE, "expired")
        if draft is None and request.method != "POST":
            return recovery.no_draft(request)
        if draft is None:
            try:
                fresh = new_draft(request, notes={"late": True, "kind": _posted_kind(request)})
            except StoreFull:
                return recovery.store_away(request, full=True)
            turn = DraftVisit(request, at, fresh, late=True)
            response = view(turn, **kwargs)
            if turn.saved:
                cookies.give(response, settings.DRAFT_COOKIE, turn.draft.cookie)
            return response
        if draft.sent:
            return recovery.already_sent(request)
        if _posted_kind(request) not in ("", kind_of(draft)):  # by another door, in another tab
            return recovery.does_not_fit(request)
        return view(DraftVisit(request, at, draft), **kwargs)

    return dressed


def on_sent(view: TurnView) -> View:
    """A view of a report that was just sent, while its code is still shown."""

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
            return recovery.not_sent_yet(request)
        return view(DraftVisit(request, at, draft), **kwargs)

    return dressed
