"""Which requests of the public site go first, and the page for visitors who are asked to come again.

The front sends the page from the event loop, so it costs no thread. Django renders it once for each language. What somebody had
typed is put into its form, and one press sends it again. None of it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
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
#: A value of this length, or with a space, is shown: somebody may want to copy it.
_LONG = 40


def lanes() -> Callable[[WSGIEnvironment], QueueLane]:
    """Return a function that says how urgent a request of the public site is."""
    danger: frozenset[str] = frozenset()
    for language in pack().languages:
        with speaking(language):
            danger |= {path_to("reporter:emergency"), path_to("reporter:brief")}

    def lane_of(environ: WSGIEnvironment) -> QueueLane:
        if environ["PATH_INFO"] in danger:
            return QueueLane.DANGER
        return QueueLane.PAGE if environ["REQUEST_METHOD"] in ("GET", "HEAD") else QueueLane.TEXT

    return lane_of


class BusyPage:
    """The page in each language, rendered by the site's application when it is first needed."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._made: dict[tuple[str, bool], RawResponse] = {}

    def __call__(self, environ: WSGIEnvironment, typed: bytes) -> RawResponse:
        """Return the page for a request, with the form that it sent."""
        key = of_path(environ["PATH_INFO"]), environ["REQUEST_METHOD"] == "POST"
        if key not in self._made:
            self._made[key] = self._rendered(environ, *key)
        status, headers, body = self._made[key]
        if key[1]:
            body = _with_fields(body.decode(), typed).encode()
        return status, [*headers, ("content-length", str(len(body)))], body

    def _rendered(self, environ: WSGIEnvironment, language: str, posted: bool) -> RawResponse:
        asked = {
            name: value
            for name, value in environ.items()
            if name == "HTTP_HOST" or not name.startswith("HTTP_")
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
        return status, [one for one in headers if one[0] not in ("content-length", "set-cookie")], body


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
