"""Responses to question, check and code page requests, built without running Django's middleware.

The view is the one that Django would call (`questions.question`). It is given a form and a path instead of a request. If it
needs nothing else and redirects, the redirect is sent with the headers that Django's middleware set on an earlier one. So
there is no second list of guards (ADR 91).

Django handles everything else as usual: a form without a right token, from another site or of an
unusual length, a browser without our cookies, and each answer for which the view needs a request, such as one after which
a page has to be shown at once. The view may then have saved the same answer before, which changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, cast
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.datastructures import MultiValueDict

from heedline.casework.intake import drafting
from heedline.casework.intake.page_counts import COUNTS, Trial
from heedline.casework.intake.rate_limit import CALLER
from heedline.intake.door import SavedAgain
from heedline.web.components.see_other import SeeOther
from heedline.web.declared import BODY_REFUSED
from heedline.web.public.report.kept_pages import QuestionVisit
from heedline.web.public.shell.blank_pages import PageWithHoles
from heedline.web.public.shell.csrf import TOKEN_FIELD, is_of
from heedline.web.public.shell.languages import speaking

#: The longest form that is read here, in bytes. The longest account that a page takes is shorter.
_MOST = 64 * 1024
#: How many pairs of host and origin are remembered. There is one.
_MOST_ORIGINS = 8
#: How many pages with holes, of which there are two in each language.
_MOST_PAGES = 64
#: What Django notes in a request when its token is asked for.
_HAS_TOKEN = "CSRF_COOKIE_NEEDS_UPDATE"  # noqa: S105 (a name)
_FORM = "application/x-www-form-urlencoded"

#: The key of a `PutOff` in the environment of a grouped request.
PUT_OFF = "heedline.put_off"

type Headers = list[tuple[str, str]]
type StatusAndHeaders = tuple[str, Headers]


@dataclass(frozen=True, slots=True)
class PutOff:
    """Drafts to save (`drafting.save_together`) and page counts to record before a response is sent."""

    saves: dict[bytes, SavedAgain] = field(repr=False)
    counted: Trial = field(repr=False)


class NeedsRequest(Exception):
    """Raised when a view needs more of a request than its form, path, method, cookies and given headers."""


class _FewHeaders(dict[str, Any]):
    """The request headers that a view may read, raising NeedsRequest for any other."""

    def get(self, name: str, _default: object = None) -> Any:
        """Return a header that was given, or raise NeedsRequest."""
        if name not in self:
            raise NeedsRequest(name)
        return self[name]


class FormOnly:
    """A stand-in for a request, which gives a view only the method, path, form and cookies.

    A page may also ask for the host and for the visitor's secret against forged requests (`META`).
    """

    def __init__(
        self, path: str, cookies: Mapping[str, str], form: MultiValueDict[str, str] | None = None, **meta: str
    ) -> None:
        self.path, self.COOKIES = path, cookies
        self.method = "GET" if form is None else "POST"
        self.POST: MultiValueDict[str, str] = MultiValueDict() if form is None else form
        self.GET: MultiValueDict[str, str] = MultiValueDict()
        if meta:
            self.META = _FewHeaders(meta)

    def __getattr__(self, name: str) -> Any:
        raise NeedsRequest(name)


class PlainAnswers:
    """One process's fast path for question, check and code pages, which bypasses Django's middleware.

    `view` is the view of question pages and of the check page, and `code` that of the page with the code.
    """

    def __init__(self, view: Callable[..., HttpResponseBase], code: Callable[..., HttpResponseBase]) -> None:
        self._view, self._code = view, code
        #: What the middleware set on a redirect, by the host and the origin that it accepted.
        self._headers: dict[tuple[str, str, str], Headers] = {}
        #: What it set on a page with holes, by its path and the host, and by whether a token stands in it.
        self._pages: dict[tuple[tuple[str, str, str], bool], Headers] = {}
        self._seen: set[tuple[str, str, str]] = set()

    def taken(
        self,
        environ: dict[str, Any],
        visit: QuestionVisit,
        start: Callable[..., HttpResponseBase] | None = None,
    ) -> StatusAndHeaders | None:
        """Save an answer and return the redirect's status and headers, or None if Django must handle it.

        `start` is the view of a page before the questions, if the form is one of these. Such a view may also ask from
        where a draft is started, and give the browser the cookie of a new one.
        """
        headers = self._headers.get(_where(environ))
        form = None if headers is None else _form(environ)
        if headers is None or form is None or not is_of(form.get(TOKEN_FIELD, ""), visit.secret):
            return None
        asked = FormOnly(environ["PATH_INFO"], visit.cookies, form)
        if start is not None:
            asked.META = _FewHeaders({CALLER: environ.get(CALLER)})
        with drafting.putting_off() as saves:
            response, counted = self._answer(asked, visit, start)
        if type(response) is not SeeOther or (response.cookies and start is None):
            return None
        if saves:
            environ[PUT_OFF] = PutOff(saves, counted)
        else:
            counted.keep()
        cookies = [("set-cookie", one.OutputString()) for one in response.cookies.values()]
        return f"{response.status_code} See Other", [*headers, ("location", response.url), *cookies]

    def shown(self, environ: Mapping[str, Any], visit: QuestionVisit) -> tuple[Headers, bytes] | None:
        """Return headers and body of a page filled for this visitor, or None if Django must render it."""
        page = _page_of(environ)
        if page not in self._seen:
            return None
        host = environ["HTTP_HOST"]
        asked = FormOnly(environ["PATH_INFO"], visit.cookies, HTTP_HOST=host, CSRF_COOKIE=visit.secret)
        response, counted = self._answer(asked, visit)
        headers = self._pages.get((page, _HAS_TOKEN in asked.META))
        if headers is None or type(response) is not PageWithHoles or response.cookies:
            return None
        counted.keep()
        return headers, response.content

    def _answer(
        self, asked: FormOnly, visit: QuestionVisit, start: Callable[..., HttpResponseBase] | None = None
    ) -> tuple[HttpResponseBase | None, Trial]:
        """Run the view, and return its response, or None if it raised an exception, and its page counts."""
        request = cast("HttpRequest", asked)
        with COUNTS.trial() as counted:
            try:
                with speaking(visit.language):
                    if start is not None:
                        made = start(request)
                    else:
                        made = self._view(request, slug=visit.slug) if visit.slug else self._code(request)
            except Exception:  # Django runs the view again, and reports the error
                return None, counted
        return made, counted

    def learn(self, environ: Mapping[str, Any], response: HttpResponseBase) -> None:
        """Cache the headers of a redirect, or of a page with holes, that Django has just sent."""
        if response.cookies:
            return
        headers = [(name.lower(), value) for name, value in response.items() if name.lower() != "location"]
        where, page = _where(environ), _page_of(environ)
        if type(response) is SeeOther:
            # Django checks the Origin header of a POST only, so a GET that redirects says nothing about it
            posted = environ["REQUEST_METHOD"] == "POST"
            if posted and all(where) and len(self._headers) < _MOST_ORIGINS:
                self._headers[where] = headers
        elif type(response) is PageWithHoles and all(page) and len(self._pages) < _MOST_PAGES:
            self._pages[page, _HAS_TOKEN in environ] = headers
            self._seen.add(page)


def _page_of(environ: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return a request's scheme, host and path, on which a page's headers depend."""
    return environ["wsgi.url_scheme"], environ.get("HTTP_HOST", ""), environ["PATH_INFO"]


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
