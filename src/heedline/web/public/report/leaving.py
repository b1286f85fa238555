"""The exit link (`/exit/`), which deletes the draft, expires the cookies and redirects to a neutral site.

It is a plain link, so that no script is needed.
"""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from heedline.casework.attachments import taking
from heedline.casework.intake import drafting
from heedline.web.declared import Audience, open_to
from heedline.web.public.report import receipt, tally
from heedline.web.public.report.turns import DraftVisit, StoreAway, draft_of, now
from heedline.web.public.shell import cookies
from heedline.web.public.shell.asking import pack
from heedline.web.public.shell.pages import see_other

#: What a browser says of a page of another site that leads here. Such a page must not end a report that is being written: it
#: is answered with the page that explains the exit link, which has the link itself.
_ELSEWHERE = frozenset({"cross-site", "same-site"})


@open_to(Audience.EVERYONE)
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Delete the draft and leave the site, even if the database is unavailable.

    In that case the rows expire by themselves, and nobody has their key.
    """
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        return HttpResponse(status=503)  # a browser that only guesses that somebody will leave
    if request.headers.get("Sec-Fetch-Site") in _ELSEWHERE:
        return see_other(reverse("reporter:stay-safe-online"))
    at = now()
    with suppress(StoreAway):
        draft = draft_of(request, at)
        drafts = [draft]
        while (draft_waiting := receipt.waiting(drafts[-1], at)) is not None:
            drafts.append(draft_waiting)
            drafting.discard(draft_waiting.cookie, at=at)
        taking.forget_all(*drafts, drafting.load_written(cookies.sent(request, settings.VISIT_COOKIE), at=at))
        drafting.discard(cookies.sent(request, settings.DRAFT_COOKIE), at=at)
        drafting.end_visit(cookies.sent(request, settings.VISIT_COOKIE), at=at)
        if draft is not None and not draft.sent:
            tally.left(DraftVisit(request, at, draft))  # asks for more than was deleted, so it comes last
    response = see_other(pack().service.exit_url)
    cookies.take_away(response, settings.DRAFT_COOKIE, settings.VISIT_COOKIE, settings.CSRF_COOKIE_NAME)
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    response["Referrer-Policy"] = "no-referrer"
    return response
