"""Where a query starts: in casework or below it, never in a view, a form or a template."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

import heedline

_PACKAGE = f"{Path(heedline.__file__).parent}/"
_SITES = ("web/", "api/")
#: Look-ups of the session, its person and their second factors are Django's and allauth's own.
_BRACKETS = ("SAVEPOINT", "RELEASE", "ROLLBACK")
_ALLAUTHS = ('"mfa_authenticator"', '"account_emailaddress"')
#: A specialist desk has verbs and reading of its own, which query; the tests' example of one lies outside the package.
_OF_A_DESK = "/example_desk/"
_EXCUSED = ("/django/contrib/auth/", "/django/contrib/sessions/", "/allauth/")


def start_of_query() -> str:
    """The innermost frame of ours on the stack as `web/…:line`, or "" when that is not a site's."""
    frame = sys._getframe(1)
    while frame is not None:
        inside = _inside(frame.f_code.co_filename)
        if inside is not None:
            return f"{inside}:{frame.f_lineno}" if inside else ""
        if frame.f_back is None:
            return ""
        frame = frame.f_back
    return ""


@cache
def _inside(file: str) -> str | None:
    """Return the path of a site's file within the package, or "" for other files that may query.

    Returns None if the caller has to look further up the stack. Cached, because each query in a test of a page calls this for about twenty files.
    """
    if _OF_A_DESK in file or any(part in file for part in _EXCUSED):
        return ""
    if not file.startswith(_PACKAGE):
        return None
    inside = file.removeprefix(_PACKAGE)
    return inside if inside.startswith(_SITES) else ""


@contextmanager
def queries_of_sites() -> Iterator[list[str]]:
    """Collect, as long as the block lasts, every place in a site where a query started."""
    found: list[str] = []

    def look(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        place = start_of_query()
        if place and not sql.startswith(_BRACKETS) and not any(table in sql for table in _ALLAUTHS):
            found.append(f"{place} {sql[:60]}")
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        yield found
