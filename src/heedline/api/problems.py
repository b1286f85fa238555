"""Problem documents (RFC 9457), from a closed set of problem types.

`detail` always contains our own wording and never repeats any of the input.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A problem type, with its HTTP status and title.

    `code` is the last part of the problem's `type`, a URN that identifies the problem and cannot be
    dereferenced.
    """

    code: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        """Return the URI used as the `type` of the problem document."""
        return f"urn:heedline:problem:{self.code}"


NOT_JSON = ProblemKind("not-json", 400, "The body is not JSON that this API can read")
KEY_NEEDED = ProblemKind("idempotency-key", 400, "The Idempotency-Key header is missing or not strong enough")
UNKNOWN_CODE = ProblemKind("unknown-code", 404, "There is nothing for that code")
METHOD = ProblemKind("method", 405, "That method is not offered here")
TOO_SLOW = ProblemKind("too-slow", 408, "The body took too long to arrive")
NO_ROOM = ProblemKind("no-room", 409, "There are as many unread messages as there may be")
TOO_LARGE = ProblemKind("too-large", 413, "The body is too large")
NOT_A_TYPE = ProblemKind("media-type", 415, "That media type is not taken here")
NOT_TAKEN = ProblemKind("not-taken", 422, "Something in the body cannot be taken")
OTHER_BODY = ProblemKind("other-body", 422, "This Idempotency-Key was used before, with another body")
SLOWER = ProblemKind("slower", 429, "Too many reports came from one place")
NOT_NOW = ProblemKind("not-now", 503, "This cannot be done right now")

ALL = (
    NOT_JSON,
    KEY_NEEDED,
    UNKNOWN_CODE,
    METHOD,
    TOO_SLOW,
    NO_ROOM,
    TOO_LARGE,
    NOT_A_TYPE,
    NOT_TAKEN,
    OTHER_BODY,
    SLOWER,
    NOT_NOW,
)


#: Made once: `json.dumps` makes one for each call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class ApiProblem(Exception):
    """Raised when a request cannot be accepted.

    `problem_page` turns it into a response.
    """

    def __init__(
        self,
        kind: ProblemKind,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        retry_after: int = 0,
    ) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after = retry_after


def answer(status: int, content: Mapping[str, Any], *, media_type: str = "application/json") -> HttpResponse:
    """Return a JSON response that must not be cached."""
    response = HttpResponse(
        _ENCODER.encode(content).encode(),
        status=status,
        content_type=media_type,
    )
    response["Cache-Control"] = "no-store"
    return response


def problem_page(problem: ApiProblem) -> HttpResponse:
    """Return the problem document for one problem."""
    content: dict[str, Any] = {
        "type": problem.kind.uri,
        "title": problem.kind.title,
        "status": problem.kind.status,
        "detail": problem.detail,
    }
    if problem.errors:
        content["errors"] = [dict(error) for error in problem.errors]
    response = answer(problem.kind.status, content, media_type=MEDIA_TYPE)
    if problem.retry_after:
        response["Retry-After"] = str(problem.retry_after)
    return response
