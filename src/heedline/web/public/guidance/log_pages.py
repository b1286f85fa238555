"""The public page showing the audit log's daily checkpoint, and its download.

The page is for everyone. The download is for programs that remember earlier checkpoints.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from heedline.casework.log import checkpoints
from heedline.web.declared import Audience, open_to
from heedline.web.public.shell.pages import day_in_words, findable, page


@open_to(Audience.EVERYONE)
@require_safe
def our_log(request: HttpRequest) -> HttpResponse:
    """Explain the audit log in plain English, and show its last daily checkpoint as text."""
    found = checkpoints.latest()
    return page(
        request,
        "log",
        exit=False,
        **findable(request, "log.lead"),
        checkpoint=found,
        day=day_in_words(found.slot.astimezone(UTC).date()) if found is not None else "",
        stale=found is not None and checkpoints.is_stale(found, datetime.now(UTC)),
    )


def _plain(text: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer


@open_to(Audience.EVERYONE)
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Return the last daily checkpoint as a signed note."""
    found = checkpoints.latest()
    if found is None:
        raise Http404
    return _plain(found.note)


@open_to(Audience.EVERYONE)
@require_safe
def growth(request: HttpRequest, number: int) -> HttpResponse:
    """Return the daily checkpoint that follows the one at `number` events, with a consistency proof.

    The proof shows that it extends the earlier checkpoint.
    """
    found = checkpoints.after(number) if 0 < number < 1 << 62 else None
    if found is None:
        raise Http404
    return _plain(found.growth)
