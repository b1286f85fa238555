"""Send an account of danger from a browser that keeps no cookies.

Django refuses such a form, as its cookie is missing. Nothing that it protects is at stake: the account becomes a report of its
own, no draft is used, and a form from another site is refused before (`Origin`).
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE

from heedline.casework.intake.draft_room import For
from heedline.casework.intake.drafting import Draft
from heedline.casework.intake.page_counts import BRIEF
from heedline.casework.intake.receipt_codes import code_from_key, report_id_from_key
from heedline.intake import engine
from heedline.web.public.report import sending
from heedline.web.public.report.turns import DraftVisit, StoreAway, new_draft, now
from heedline.web.public.shell import recovery
from heedline.web.public.shell.asking import question_set

#: The least length of a form's token, which is random, so that a report's code can be made from it.
_STRONG = 32


def forgery_check_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Handle a POST that failed Django's CSRF check.

    An account of danger from a browser without any cookie is sent all the same. Everything else is refused.
    """
    if reason == REASON_NO_CSRF_COOKIE and not request.COOKIES and recovery.in_danger(request):
        sent = _send(request)
        if sent is not None:
            return sent
    return recovery.forgery_check_failed(request, reason)


def _send(request: HttpRequest) -> HttpResponse | None:
    """Send the account, and show its code at once. Return None if there is none, or if it is too long.

    The report's id and code are made from the token of the page, so that a page that is sent again is the same report.
    """
    at = now()
    slug, name = question_set().narrative
    try:
        draft = new_draft(request, danger=True)
        _derive(draft, request.POST.get("csrfmiddlewaretoken", ""))
        draft.whose, draft.answers = For.DANGER, dict(sending.CANNOT_CALL)
        turn = DraftVisit(request, at, draft, unkept=True)
        step = turn.asking.qs.any_step(slug)
        reading = turn.asking.read(step, dict(request.POST.lists()))
        if name in reading.errors or not reading.typed[name].strip():
            return None
        draft.answers = engine.with_answer(draft.answers, step, reading.values)
        return sending.send(turn, BRIEF)
    except StoreAway:
        return recovery.store_away(request)


def _derive(draft: Draft, token: str) -> None:
    if len(token) >= _STRONG:
        key = f"danger without cookies\n{token}".encode()
        draft.report_id = report_id_from_key(key, installation=settings.INSTALLATION)
        draft.code = code_from_key(key, installation=settings.INSTALLATION).symbols
