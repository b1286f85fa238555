"""The files site's refusal pages, which never reveal whether a file exists."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from heedline.web.viewer.policies import page


def _refused(title: str, words: str, status: HTTPStatus) -> HttpResponse:
    return page("viewer/refused.html", {"title": title, "words": words}, status=status)


def not_found(request: HttpRequest, exception: object = None) -> HttpResponse:
    """Return the response for an unknown, used or expired token."""
    return _refused(
        "Open the file again from its report",
        "This address works once and for a short time, and only while your keys are unlocked.",
        HTTPStatus.NOT_FOUND,
    )


def damaged(request: HttpRequest) -> HttpResponse:
    """Return the response for a missing, truncated or altered object."""
    return _refused(
        "This file cannot be opened",
        "What is stored is not what was received. Tell a supervisor and the operator of this service.",
        HTTPStatus.CONFLICT,
    )


def away(request: HttpRequest) -> HttpResponse:
    """Return a 503 response while the database is unreachable."""
    return _refused("This is not working just now", "Try again in a minute.", HTTPStatus.SERVICE_UNAVAILABLE)


def busy(request: HttpRequest) -> HttpResponse:
    """Return a 503 response because too many downloads are in progress. The token stays valid."""
    return _refused(
        "Others are being downloaded", "Use the link again in a few seconds.", HTTPStatus.SERVICE_UNAVAILABLE
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Return the response to an unexpected error."""
    return _refused(
        "Something went wrong on our side", "Try again in a minute.", HTTPStatus.INTERNAL_SERVER_ERROR
    )
