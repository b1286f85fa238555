"""A cache of public pages without user input, which are served again with their original headers.

The first request for such a page passes all middleware and the view. What is sent then is kept, headers included, and
without the token (`shell.compression.PageInPieces`). There are three kinds:

  * pages that depend on nothing but their path, such as the first page
  * pages before the questions, for browsers that send no cookies. Each visitor gets a new CSRF secret
  * question pages, which are the same for everybody whose report has come as far by the same way.

Whatever is out of the ordinary goes to the view: a query, a form, a browser without our cookies, a draft that is new, gone
or sent, a page that was answered, and anything that is to be said about an answer. The draft is read for every question
page, so that nobody is shown a blank page over an answer that was given in another tab.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import Error as StoreAway
from django.http import HttpResponseBase
from django.http.cookie import parse_cookie
from django.middleware.csrf import CSRF_SECRET_LENGTH

from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import Draft
from heedline.casework.intake.page_counts import BEFORE, COUNTS
from heedline.intake import engine
from heedline.intake.engine import Walk
from heedline.intake.questions import StepKind
from heedline.web.declared import BODY_REFUSED
from heedline.web.guard import COOKIES_UNREAD
from heedline.web.public.report.turns import kind_of, now
from heedline.web.public.shell.asking import identity_offered, question_set, question_sets
from heedline.web.public.shell.blank_pages import MOST
from heedline.web.public.shell.compression import PageInPieces, Pieces, takes_gzip
from heedline.web.public.shell.csrf import masked, new_secret
from heedline.web.public.shell.languages import language, of_path, pack, prefix, spoken_in

_SECRET = re.compile(f"[A-Za-z0-9]{{{CSRF_SECRET_LENGTH}}}")
#: Notes of a draft that change no page on which nothing was typed.
_SILENT = frozenset({"kind", "warned", "box_filled"})
#: What is left of a note about a page when it has been dealt with.
_DEALT_WITH: tuple[object, ...] = ({}, "asked")

type Headers = list[tuple[str, str]]
type Sent = tuple[Headers, bytes]


@dataclass(frozen=True, slots=True)
class QuestionInPlace:
    """A cacheable question page, with its usage-count keys and everything that its content depends on."""

    path: str
    kind: str
    slug: str
    counted: bool
    depends_on: Hashable


@dataclass(frozen=True, slots=True)
class QuestionVisit:
    """A request for a question page from a browser that sends our cookies.

    `secret` is the visitor's secret against forged requests.
    """

    language: str
    slug: str
    cookies: dict[str, str]
    secret: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """The cached page for a request, with the details needed to send it."""

    page: QuestionInPlace
    packed: bool
    secret: str


@dataclass(frozen=True, slots=True)
class _FirstVisit:
    """The page shown before the questions to browsers that send no cookies.

    `cookie` holds the text before and after the secret in the `Set-Cookie` header.
    """

    pieces: Pieces
    headers: Headers
    cookie: tuple[str, str]
    kind: str

    def sent(self, *, packed: bool) -> Sent:
        """Return headers and body for one visitor, with a new secret, counting the page as entered."""
        COUNTS.add(self.kind, BEFORE, "entered")
        secret = new_secret()
        headers = [*self.headers, ("set-cookie", secret.join(self.cookie))]
        return headers, self.pieces.joined(masked(secret), packed=packed)


class PageCache:
    """The pages cached by one process."""

    def __init__(self) -> None:
        slugs = {
            step.slug
            for one in question_sets()
            for step in one.steps
            if step.kind in (StepKind.QUESTIONS, StepKind.WORDS)
        }
        self._questions = {_path(code, slug): (code, slug) for code in pack().languages for slug in slugs}
        checks = {s.slug for one in question_sets() for s in one.steps if s.kind is StepKind.CHECK}
        self._filled = {_path(code, slug): (code, slug) for code in pack().languages for slug in checks}
        self._filled |= {f"{prefix(code)}code/": (code, "") for code in pack().languages}
        self._draft_cookie, self._secret_cookie = settings.DRAFT_COOKIE, settings.CSRF_COOKIE_NAME
        self._kept: OrderedDict[Hashable, tuple[Pieces, Headers]] = OrderedDict()
        self._same: dict[tuple[str, bool], Sent] = {}
        self._first: dict[tuple[str, bool], _FirstVisit] = {}
        self._lock = Lock()

    def at_once(self, environ: Mapping[str, Any]) -> Sent | None:
        """Return the page cached for all visitors or for those without cookies, or None if not cached."""
        if not _is_plain(environ):
            return None
        packed = takes_gzip(environ)
        found = self._same.get((environ["PATH_INFO"], packed))
        if found is None and _has_no_cookies(environ):
            first = self._first.get((environ["PATH_INFO"], packed))
            return None if first is None else first.sent(packed=packed)
        return found

    def wanted(self, environ: Mapping[str, Any]) -> Wanted | None:
        """Return the question page that a request asks for, if that page can be cached."""
        visit = self.visit(environ) if _is_plain(environ) else None
        if visit is None:
            return None
        at = now()
        try:
            draft = drafting.load(visit.cookies.get(self._draft_cookie), at=at)
            with spoken_in(visit.language):
                page = None if draft is None else in_place(draft, visit.slug, offered=identity_offered(at))
        except StoreAway:  # the view says so
            return None
        return None if page is None else Wanted(page, takes_gzip(environ), visit.secret)

    def asks_and_answers(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the paths of pages that depend on a draft, and of question pages, which accept answers."""
        return frozenset((*self._questions, *self._filled)), frozenset(self._questions)

    def visit(self, environ: Mapping[str, Any]) -> QuestionVisit | None:
        """Return the details of a question page request, or None for another page or without our cookies."""
        return self._visit(environ, self._questions.get(environ["PATH_INFO"]))

    def start(self, environ: Mapping[str, Any]) -> QuestionVisit | None:
        """Return the details of a form posted from a start page, with no slug, or None as in `visit`."""
        return self._visit(environ, (of_path(environ["PATH_INFO"]), ""))

    def filled(self, environ: Mapping[str, Any]) -> QuestionVisit | None:
        """Return the details of a request for a check page or the code page, or None as `visit` does.

        The code page has no slug.
        """
        return self._visit(environ, self._filled.get(environ["PATH_INFO"])) if _is_plain(environ) else None

    def _visit(self, environ: Mapping[str, Any], found: tuple[str, str] | None) -> QuestionVisit | None:
        """Return a QuestionVisit for `found` (language and slug), or None if it or a CSRF secret is absent."""
        if found is None:
            return None
        cookies = parse_cookie(environ.get("HTTP_COOKIE", ""))
        secret = cookies.get(self._secret_cookie, "")
        return QuestionVisit(*found, cookies, secret) if _SECRET.fullmatch(secret) else None

    def sent(self, wanted: Wanted) -> Sent | None:
        """Return a cached page's headers and body, counting it as entered, or None if it is not cached."""
        page = wanted.page
        key = page, wanted.packed
        with self._lock:
            held = self._kept.get(key)
            if held is None:
                return None
            self._kept.move_to_end(key)
        if page.counted:
            COUNTS.add(page.kind, page.slug, "entered")
        pieces, headers = held
        return headers, pieces.joined(masked(wanted.secret), packed=wanted.packed)

    def keep(self, environ: Mapping[str, Any], wanted: Wanted | None, response: HttpResponseBase) -> None:
        """Cache the response of a view if it is a page without user input.

        A question page is cached only as what the view says that it shows: between the two reads of a draft, another
        request of the same browser may have changed it.
        """
        if not isinstance(response, PageInPieces):
            return
        if response.begins and _is_plain(environ) and _has_no_cookies(environ):
            self._keep_first(environ, response)
        if response.cookies:
            return
        headers = [(name.lower(), value) for name, value in response.items()]
        if wanted is not None:
            if response.shows != wanted.page:
                return
            with self._lock:
                self._kept[wanted.page, wanted.packed] = response.pieces, headers
                if len(self._kept) > MOST:
                    self._kept.popitem(last=False)
        elif (
            response.same_for_everyone and environ["REQUEST_METHOD"] == "GET" and not environ["QUERY_STRING"]
        ):
            self._same[environ["PATH_INFO"], takes_gzip(environ)] = headers, response.content

    def _keep_first(self, environ: Mapping[str, Any], response: PageInPieces) -> None:
        """Cache the page shown before the questions, without this visitor's CSRF secret."""
        given = [(name, one.value, one.OutputString()) for name, one in response.cookies.items()]
        if [name for name, _, _ in given] != [settings.CSRF_COOKIE_NAME]:
            return
        before, secret, after = given[0][2].partition(given[0][1])
        if _SECRET.fullmatch(secret) and secret not in after:
            headers = [(name.lower(), value) for name, value in response.items()]
            self._first[environ["PATH_INFO"], takes_gzip(environ)] = _FirstVisit(
                response.pieces, headers, (before, after), response.begins
            )


def _has_no_cookies(environ: Mapping[str, Any]) -> bool:
    return not environ.get("HTTP_COOKIE") and COOKIES_UNREAD not in environ


def _is_plain(environ: Mapping[str, Any]) -> bool:
    """Return whether a request is a GET without a query string or body."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and not environ.get("QUERY_STRING")
        and not environ.get("CONTENT_LENGTH")
        and BODY_REFUSED not in environ
    )


def in_place(draft: Draft, slug: str, *, offered: bool) -> QuestionInPlace | None:
    """Return a draft's question page `slug`, in the current language, if it shows nothing from the draft."""
    if draft.sent or draft.answers.get(slug) or not _is_silent(draft.notes):
        return None
    kind = kind_of(draft)
    walk = engine.walk(question_set(kind), draft.answers, identity_offered=offered)
    page = walk.page(slug)
    if page is None:
        return None
    return QuestionInPlace(
        _path(language(), slug), kind, slug, not page.private, (language(), offered, *_way(walk))
    )


def _path(code: str, slug: str) -> str:
    """Return the path of a question page in the given language, as `path_to` would build it."""
    return f"{prefix(code)}r/{slug}/"


def _way(walk: Walk) -> tuple[Hashable, ...]:
    """Return a key for everything that a page's navigation links and step number depend on."""
    pages = tuple([(one.slug, one.by_door and bool(walk.answers.get(one.slug))) for one in walk.pages])
    return pages, walk.missing(), walk.fast


def _is_silent(notes: Mapping[str, object]) -> bool:
    """Return whether a draft has no notes that must be shown on a page."""
    return all(name in _SILENT or value in _DEALT_WITH for name, value in notes.items())


@cache
def kept_pages() -> PageCache:
    """Return the page cache of this process."""
    return PageCache()
