"""The files site's middleware."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from heedline.casework.errors import CannotOpen, NotHere
from heedline.web.viewer import refused
from heedline.web.viewer.policies import CONTENT

logger = logging.getLogger("heedline.web")

_METHODS = frozenset({"GET", "HEAD"})


class ViewerGuard:
    """Middleware that allows only GET and HEAD, sends no referrer and turns errors into pages.

    A response that names no content security policy gets the strictest one: nothing in it is run or loaded.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in _METHODS:
            response = HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        else:
            response = self.get_response(request)
        if not hasattr(response, "_csp_config"):
            response._csp_config = CONTENT  # type: ignore[attr-defined]
        response["Referrer-Policy"] = "no-referrer"
        return response

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse:
        if isinstance(problem, NotHere):
            return refused.not_found(request)
        if isinstance(problem, CannotOpen):
            return refused.damaged(request)
        logger.error("a request failed", exc_info=problem)
        return refused.away(request) if isinstance(problem, DatabaseError) else refused.broken(request)
