"""The page on which everyone sees what the desk's log was yesterday, and the same for programs that remember it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from heedline.casework.log import checkpoints
from heedline.web.declared import Audience, open_to
from heedline.web.public.pages import PUBLIC, day_in_words, page


@open_to(Audience.EVERYONE)
@require_safe
def our_log(request: HttpRequest) -> HttpResponse:
    """What the log is for, in plain words, and its last daily checkpoint as text."""
    found = checkpoints.latest()
    return page(
        request,
        "log",
        exit=False,
        robots=PUBLIC,
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
    """The last daily checkpoint, as a signed note."""
    found = checkpoints.latest()
    if found is None:
        raise Http404
    return _plain(found.note)


@open_to(Audience.EVERYONE)
@require_safe
def growth(request: HttpRequest, number: int) -> HttpResponse:
    """The daily checkpoint that came after the one with `number` events, with the proof that it has grown out of it."""
    found = checkpoints.after(number) if 0 < number < 1 << 62 else None
    if found is None:
        raise Http404
    return _plain(found.growth)
