"""The check of whether anybody is being paged, for the program that watches the installation."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from heedline.casework.duty import alarms
from heedline.web.declared import Audience, open_to


@open_to(Audience.SIGNING_IN)
@require_GET
def paging_check(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the worker pages about danger, and 503 when no round of pages has ended for three minutes.

    Whoever asks learns nothing else, and is not signed in.
    """
    if alarms.somebody_is_paged():
        return HttpResponse("Paging works.\n", content_type="text/plain")
    return HttpResponse(
        "Nobody is being paged: no round of pages has ended for three minutes or more.\n",
        content_type="text/plain",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
    )
