"""Which requests of the public site go first, and the page for visitors who are asked to come again.

The front sends the page from the event loop, so it costs no thread. Django renders it once for each language. What somebody had
typed is put into its form, and one press sends it again. None of it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from http import HTTPStatus
from io import BytesIO
from urllib.parse import parse_qsl
from wsgiref.types import WSGIApplication, WSGIEnvironment

from heedline.gateway.front import RawResponse, run
from heedline.gateway.lanes import QueueLane
from heedline.web.declared import TOO_BUSY
from heedline.web.public.shell.languages import of_path, pack, path_to, prefix, speaking

#: The form's example of a text that somebody typed, with its label, and of any other field.
_BOX = re.compile(r'<div class="govuk-form-group">(?:(?!<div).)*?@name@.*?</div>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="@name@"[^>]*>')
#: Headers of one answer alone: the page is kept for all visitors.
_OF_ONE_ANSWER = frozenset({"content-length", "set-cookie", "clear-site-data", "retry-after"})
#: A value of this length, or with a space, is shown: somebody may want to copy it.
_LONG = 40


def lanes() -> Callable[[WSGIEnvironment], QueueLane]:
    """Return a function that says how urgent a request of the public site is. Leaving the site is as urgent as danger."""
    danger, waits = set[str](), set[str]()
    for language in pack().languages:
        with speaking(language):
            danger |= {path_to("reporter:emergency"), path_to("reporter:brief"), path_to("reporter:exit")}
            # the pages that say that a report has arrived, and show its code
            waits |= {
                path_to(f"reporter:{name}") for name in ("code", "code-check", "receipt", "message-sent")
            }

    def lane_of(environ: WSGIEnvironment) -> QueueLane:
        if environ["PATH_INFO"] in danger:
            return QueueLane.DANGER
        read = environ["REQUEST_METHOD"] in ("GET", "HEAD") and environ["PATH_INFO"] not in waits
        return QueueLane.PAGE if read else QueueLane.TEXT

    return lane_of


class BusyPage:
    """The page in each language, rendered by the site's application when it is first needed."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._made: dict[tuple[str, bool], RawResponse] = {}

    def __call__(self, environ: WSGIEnvironment, typed: bytes) -> RawResponse:
        """Return the page for a request, with the form that it sent."""
        key = of_path(environ["PATH_INFO"]), environ["REQUEST_METHOD"] == "POST" and bool(typed)
        made = self._made.get(key) or self._rendered(environ, *key)
        status, headers, body = made
        if status != HTTPStatus.SERVICE_UNAVAILABLE:  # not the page: the next one may be
            return made
        self._made[key] = made
        if key[1]:
            body = _with_fields(body.decode(), typed).encode()
        return status, [*headers, ("content-length", str(len(body)))], body

    def _rendered(self, environ: WSGIEnvironment, language: str, posted: bool) -> RawResponse:
        asked = {
            name: value
            for name, value in environ.items()
            if name == "HTTP_HOST" or not name.startswith(("HTTP_", "CONTENT_", "heedline."))
        }
        asked |= {
            "PATH_INFO": f"{prefix(language)}",
            "QUERY_STRING": "",
            "REQUEST_METHOD": "POST" if posted else "GET",
            "CONTENT_LENGTH": "0",
            "wsgi.input": BytesIO(),
            TOO_BUSY: True,
        }
        status, headers, body = run(self._app, asked)
        if not isinstance(body, bytes):
            raise TypeError("the page is complete")
        return status, [one for one in headers if one[0] not in _OF_ONE_ANSWER], body


def _with_fields(page: str, typed: bytes) -> str:
    box, hidden = _BOX.search(page), _HIDDEN.search(page)
    if box is None or hidden is None:
        raise ValueError("the page has no form")
    fields = []
    for number, (name, value) in enumerate(_fields(typed)):
        shown = len(value) > _LONG or (" " in value.strip() and not name.startswith("csrf"))
        kept = {"@name@": name, "@value@": value, "again-1": f"again-{number}"}
        pattern = box[0] if shown else hidden[0]
        fields.append(re.sub("@name@|@value@|again-1", lambda found: escape(kept[found[0]]), pattern))  # noqa: B023 - used at once
    return page.replace(hidden[0], "", 1).replace(box[0], "".join(fields), 1)


def _fields(typed: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(typed.decode("ascii"), keep_blank_values=True, max_num_fields=1000)
    except ValueError:  # no form of ours
        return []
