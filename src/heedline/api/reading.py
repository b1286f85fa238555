"""Reads API requests, enforcing limits on their size and duration.

The media type, size, depth and keys are checked before any of the content is used. Every failure raises
`Problem`. Python's JSON parser is recursive, so the depth is measured before it runs. The parser also
accepts NaN, numbers of any length, repeated keys and lone surrogates, so these are rejected here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError

from heedline.api import problems
from heedline.api.problems import ApiProblem
from heedline.web.declared import BODY_REFUSED

#: Bytes. 10,000 characters of narrative, each escaped as two `\uXXXX`, and all other answers beside it.
LONGEST_REPORT = 192 * 1024
LONGEST_MESSAGE = 96 * 1024
LONGEST_CODE = 8 * 1024
MOST_IDS = 100
#: A date inside a person inside the list of people inside the body is four deep.
DEEPEST = 6

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
_KEY = re.compile(r"[A-Za-z0-9_-]{22,128}")
#: What a code looks like: 22 letters and digits, with spaces and hyphens wherever somebody likes them.
CODE_FORM = re.compile(r"^[ -]*(?:[0-9A-Za-z][ -]*){22}$")
_HEX = re.compile(r"[0-9A-Fa-f-]+")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
#: 32 random hex digits have fewer different ones than this once in 27 million; a counter or a name mostly has.
FEWEST_DIFFERENT = 8

_JSON_ONLY = (
    "Send application/json in UTF-8. Only reports can be sent as multipart/form-data, with their files."
)
_KEY_DETAIL = (
    "Send at least 128 random bits, made anew for each report: 22 or more characters of A-Z a-z 0-9 - _, or 32 or "
    "more hexadecimal digits, at most 128 characters. A UUID has too few random bits."
)


def idempotency_key(request: HttpRequest) -> bytes:
    """Return the idempotency key from the request header, as bytes.

    Weak keys are refused, because anyone who guesses the key can obtain the receipt code.
    """
    given = str(request.META.get("HTTP_IDEMPOTENCY_KEY", ""))  # `request.headers` would read all of them
    if not is_strong(given):
        raise ApiProblem(problems.KEY_NEEDED, _KEY_DETAIL)
    return given.encode("ascii")


def is_strong(key: str) -> bool:
    """Return whether an idempotency key looks random enough to accept."""
    return not (
        not _KEY.fullmatch(key)
        or _UUID.fullmatch(key)
        or len(set(key)) < FEWEST_DIFFERENT
        or (_HEX.fullmatch(key) and len(key.replace("-", "")) < 32)
    )


def whole(request: HttpRequest) -> None:
    """Raise ApiProblem if the request body was refused as too large, too slow or of the wrong type."""
    match request.META.get(BODY_REFUSED):
        case 408:
            raise ApiProblem(
                problems.TOO_SLOW, "Send the same again with the same key, over a better connection."
            )
        case 413:
            raise ApiProblem(problems.TOO_LARGE, "No body may be that long.")
        case 415:
            raise ApiProblem(problems.NOT_A_TYPE, _JSON_ONLY)
        case _:
            return


def json_body(request: HttpRequest, *, longest: int) -> Any:
    """Return the request body, parsed from JSON.

    The body may be at most `longest` bytes long and `DEEPEST` levels deep. It must be UTF-8 and must not
    repeat a key. Raises Problem otherwise.
    """
    if request.content_type != "application/json":
        raise ApiProblem(problems.NOT_A_TYPE, _JSON_ONLY)
    body = _bytes(request, longest)
    _check_depth(body)
    try:
        read = _DECODER.decode(body.decode("utf-8"))
        if _HALF_CHARACTER.search(body):
            json.dumps(read, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise ApiProblem(problems.NOT_JSON, "Send one JSON object in UTF-8, with no key twice.") from None
    return read


def exactly(
    body: Any, *keys: str, ids: str = "", one_of: Mapping[str, Iterable[str]] | None = None
) -> tuple[Any, ...]:
    """Return the text values of `keys`, and the UUIDs listed under `ids`, from the request body.

    The `ids` list may be absent. So may each key of `one_of`, whose value is one of those given there and otherwise "";
    these values come last. Raises Problem for anything else in the body.
    """
    if not isinstance(body, dict):
        raise ApiProblem(problems.NOT_TAKEN, "Send one JSON object.")
    choices = {key: tuple(values) for key, values in (one_of or {}).items()}
    known = (*keys, *([ids] if ids else []), *choices)
    errors = [
        {"pointer": f"/{key}", "detail": "This must be there, and be text."}
        for key in keys
        if not isinstance(body.get(key), str)
    ]
    errors += [
        {"pointer": f"/{key}", "detail": f"This must be one of {', '.join(values)}."}
        for key, values in choices.items()
        if key in body and body[key] not in values
    ]
    if set(body) - set(known):
        errors.append({"pointer": "", "detail": f"Only these keys are known here: {', '.join(known)}."})
    found = _uuids(body.get(ids, [])) if ids else ()
    if found is None:
        errors.append({"pointer": f"/{ids}", "detail": f"This must be a list of at most {MOST_IDS} UUIDs."})
    if errors:
        raise ApiProblem(problems.NOT_TAKEN, "Nothing was done. See errors.", errors=errors)
    return (*(body[key] for key in keys), *([found] if ids else []), *(body.get(key, "") for key in choices))


def _uuids(given: Any) -> tuple[UUID, ...] | None:
    if not isinstance(given, list) or len(given) > MOST_IDS:
        return None
    if not all(isinstance(one, str) and _UUID.fullmatch(one) for one in given):
        return None
    return tuple(UUID(one) for one in given)


def _bytes(request: HttpRequest, longest: int) -> bytes:
    too_large = ApiProblem(problems.TOO_LARGE, f"At most {longest} bytes are taken here.")
    declared = request.META.get("CONTENT_LENGTH", "")
    if declared.isdecimal() and int(declared) > longest:
        raise too_large
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large from None
    except UnreadablePostError:
        raise ApiProblem(problems.NOT_JSON, "The body ended too early.") from None
    if len(body) > longest:
        raise too_large
    return body


def _check_depth(body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return  # what opens so seldom cannot be deeper
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", body)):
        depth += 1 if bracket.group() in b"[{" else -1
        if depth > DEEPEST:
            raise ApiProblem(problems.NOT_JSON, f"At most {DEEPEST} levels of objects and lists are read.")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError
    return read


def _refuse_constant(name: str) -> None:
    raise ValueError


#: Made once: `json.loads` makes one for each call.
_DECODER = json.JSONDecoder(object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
