"""Fast handling, ahead of Django's middleware, of answers that lead straight to another question page.

The view is the same as on Django's way (`questions.question`). It is given a form and a path instead of a request, and as
long as it asks for no more and leads on, its redirect is sent with the headers that Django's middleware left on an earlier
one. So there is no second list of guards (ADR 91).

Everything else goes Django's way, as if nothing had happened: a form without a right token, from another site or of an
unusual length, a browser without our cookies, and each answer for which the view needs a request, such as one after which
a page has to be shown at once. The view may then have saved the same answer before, which changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, cast
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.datastructures import MultiValueDict

from heedline.web.components.see_other import SeeOther
from heedline.web.declared import BODY_REFUSED
from heedline.web.public.report.kept_pages import QuestionVisit
from heedline.web.public.shell.csrf import TOKEN_FIELD, is_of
from heedline.web.public.shell.languages import speaking

#: The longest form that is read here, in bytes. The longest account that a page takes is shorter.
_MOST = 64 * 1024
#: How many pairs of host and origin are remembered. There is one.
_MOST_ORIGINS = 8
_FORM = "application/x-www-form-urlencoded"

type Headers = list[tuple[str, str]]
type Sent = tuple[str, Headers]


class NeedsRequest(Exception):
    """Raised when a view uses anything of a request beyond its form, path, method and cookies."""


class FormOnly:
    """A stand-in for a request, which gives a view only the method, path, form and cookies."""

    method = "POST"

    def __init__(self, path: str, form: MultiValueDict[str, str], cookies: Mapping[str, str]) -> None:
        self.path = path
        self.POST, self.COOKIES = form, cookies
        self.GET: MultiValueDict[str, str] = MultiValueDict()

    def __getattr__(self, name: str) -> Any:
        raise NeedsRequest(name)


class PlainAnswers:
    """The answers that one process handles ahead of Django.

    `view` is the view of question pages.
    """

    def __init__(self, view: Callable[..., HttpResponseBase]) -> None:
        self._view = view
        #: What the middleware left on a redirect, by the host and the origin that it accepted.
        self._headers: dict[tuple[str, str, str], Headers] = {}

    def taken(self, environ: dict[str, Any], visit: QuestionVisit) -> Sent | None:
        """Save an answer and return the redirect's status and headers, or None if Django must handle it."""
        headers = self._headers.get(_where(environ))
        form = None if headers is None else _form(environ)
        if headers is None or form is None or not is_of(form.get(TOKEN_FIELD, ""), visit.secret):
            return None
        asked = FormOnly(environ["PATH_INFO"], form, visit.cookies)
        try:
            with speaking(visit.language):
                response = self._view(cast("HttpRequest", asked), slug=visit.slug)
        except Exception:  # Django's way meets it again, and says so
            return None
        if type(response) is not SeeOther or response.cookies:
            return None
        return f"{response.status_code} See Other", [*headers, ("location", response.url)]

    def learn(self, environ: Mapping[str, Any], response: HttpResponseBase) -> None:
        """Remember the headers that Django's middleware set on a redirect after a question page was posted."""
        where = _where(environ)
        if (
            type(response) is SeeOther
            and not response.cookies
            and all(where)
            and len(self._headers) < _MOST_ORIGINS
        ):
            self._headers[where] = [
                (name.lower(), value) for name, value in response.items() if name.lower() != "location"
            ]


def _where(environ: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return a request's scheme, host and origin, which Django uses to reject cross-site forms."""
    return environ["wsgi.url_scheme"], environ.get("HTTP_HOST", ""), environ.get("HTTP_ORIGIN", "")


def _form(environ: dict[str, Any]) -> MultiValueDict[str, str] | None:
    """Return the posted form, parsed as Django does, or None if the request is unusual in any way."""
    length = environ.get("CONTENT_LENGTH", "")
    if (
        environ.get("CONTENT_TYPE") != _FORM
        or environ.get("QUERY_STRING")
        or BODY_REFUSED in environ
        or not (length.isascii() and length.isdecimal() and int(length) <= _MOST)
    ):
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        )
    except ValueError:
        return None
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return MultiValueDict(lists)
