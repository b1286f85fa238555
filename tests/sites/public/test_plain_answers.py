"""Answers and pages that are made ahead of Django's middleware: the same response and the same draft as on Django's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections

from heedline.casework.intake import drafting
from heedline.casework.intake.draft_room import StoreFull
from heedline.casework.intake.page_counts import COUNTS
from heedline.gateway.front import run
from heedline.gateway.public_handler import PublicHandler
from heedline.web.declared import BODY_REFUSED
from heedline.web.public.report import turns
from heedline.web.public.shell.csrf import is_of
from tests.sites.public.as_served import a_new_process
from tests.sites.public.mishaps import database_away, run_out_of_time
from tests.sites.public.test_public_handler import said as response_of
from tests.sites.public.walker import DRAFT, Walker
from tests.support.acting import acting

HERE = {"HTTP_HOST": "testserver"}
WORDS = "A man filmed the side doors of the station."
TOKEN = "csrfmiddlewaretoken=token"
#: Path and body of an answer, and whether it is taken ahead of Django.
ANSWERS = {
    "answer": ("/r/what/", f"{TOKEN}&narrative={WORDS}", True),
    "two values of one field": ("/r/what/", f"{TOKEN}&narrative=x&narrative={WORDS}", True),
    "out of order": ("/r/where/", f"{TOKEN}&place=Quay%20Street&postcode=NE1+4ST", True),
    "of the right kind": ("/r/where/", f"{TOKEN}&set=activity&place=Quay", True),
    "in Welsh": ("/cy/r/where/", f"{TOKEN}&place=Cei", True),
    "the rest is skipped": ("/r/where/", f"{TOKEN}&place=Quay&skip=1", True),
    "nothing": ("/r/where/", TOKEN, True),
    "mistake": ("/r/where/", f"{TOKEN}&postcode=x", True),
    "mistake with an answer": ("/r/what/", f"{TOKEN}&narrative=", True),
    "another language": ("/r/where/", f"{TOKEN}&place=Quay&as-typed=cy", True),
    "a code in the words": ("/r/what/", f"{TOKEN}&narrative=7Q2M-K9TD-3XAP-0WHE-5RJN-C6", True),
    "who somebody is": ("/r/what/", f"{TOKEN}&narrative=There+is+a+Muslim+family+next+door.", True),
    "the hidden box": ("/r/where/", f"{TOKEN}&place=Quay&homepage=x", True),
    "not UTF-8 when decoded": ("/r/where/", f"{TOKEN}&place=%ff%fe", True),
    "a page that does not apply": ("/r/callback/", f"{TOKEN}&number=1", True),
    "of another kind": ("/r/where/", f"{TOKEN}&set=person&place=Quay", False),
    "no token": ("/r/where/", "place=Quay", False),
    "wrong token": ("/r/where/", f"csrfmiddlewaretoken={'a' * 64}&place=Quay", False),
    "too many fields": ("/r/where/", TOKEN + "&a=1" * 401, False),
    "too long to be read ahead": ("/r/where/", f"{TOKEN}&place=Quay&x={'y' * 70_000}", False),
    "a change from the check page": ("/r/where/?back=check", f"{TOKEN}&place=Quay", False),
}
_ANSWER = ("POST", "/r/where/", f"{TOKEN}&place=Quay")


@pytest.fixture(autouse=True)
def _new_process() -> Iterator[None]:
    with a_new_process():
        yield


def said(app: Any, one: Walker, case: tuple[str, str, str], **more: Any) -> Any:
    """Return a handler's response, without closing the test's own connection."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    try:
        return response_of(app, one, case, **more)
    finally:
        signals.request_started.connect(close_old_connections)
        signals.request_finished.connect(close_old_connections)


class Ahead:
    """The handler of the public process after its first answer.

    `taken` tells which answers and pages were made ahead of Django.
    """

    def __init__(self, by: Walker) -> None:
        self.handler = PublicHandler(renew=lambda: None)
        self.taken: list[bool] = []
        for name in ("taken", "shown"):
            setattr(self.handler._answers, name, self._noted(getattr(self.handler._answers, name)))
        said(self.handler, by, _ANSWER, **HERE)
        assert not any(self.taken)
        self.taken.clear()

    def read_pages(self) -> None:
        """Request the check page in two languages and the code page, so that they are cached."""
        other = Walker().tell(WORDS, place="Quay Street")
        for path in ("/r/check/", "/cy/r/check/"):
            said(self.handler, other, ("GET", path, ""), **HERE)
        other.press("Send your report")
        said(self.handler, other, ("GET", "/code/", ""), **HERE)
        assert not any(self.taken)
        self.taken.clear()

    def _noted(self, make: Callable[..., Any]) -> Callable[..., Any]:
        def made(*told: Any) -> Any:
            found = make(*told)
            self.taken.append(found is not None)
            return found

        return made


@pytest.fixture
def ahead(rosa: Walker) -> Ahead:
    return Ahead(Walker().start())


@pytest.fixture
def ahead_of_pages(ahead: Ahead) -> Ahead:
    ahead.read_pages()
    return ahead


def draft_of(one: Walker) -> tuple[Any, ...] | None:
    with acting("public"):
        draft = drafting.load(one.cookie(DRAFT), at=datetime.now(UTC))
    return None if draft is None else (draft.answers, draft.notes, draft.sent, draft.keep_hours)


def both(ahead: Ahead, case: tuple[str, str, str], **more: Any) -> list[Any]:
    """Give the same answer on Django's way and on ours, and return response, draft and counts of each."""
    method, path, body = case
    path, _, query = path.partition("?")
    found = []
    for app in (WSGIHandler(), ahead.handler):
        one = Walker().start()
        COUNTS._held.clear()
        response = said(app, one, (method, path, body), QUERY_STRING=query, **{**HERE, **more})
        found.append((response, draft_of(one), dict(COUNTS._held)))
    return found


@pytest.mark.parametrize(("path", "body", "taken"), ANSWERS.values(), ids=ANSWERS)
def test_they_answer_alike(ahead: Ahead, path: str, body: str, *, taken: bool) -> None:
    theirs, ours = both(ahead, ("POST", path, body.replace(" ", "+")))
    assert ours == theirs
    assert ahead.taken == [taken]
    assert any(name == "content-security-policy" for name, _ in ours[0][1])


@pytest.mark.parametrize(
    "more",
    [
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": ""},
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "evil.example", "HTTP_ORIGIN": "http://evil.example"},
        {"wsgi.url_scheme": "https"},
        {"CONTENT_TYPE": "text/plain"},
        {"CONTENT_TYPE": "application/x-www-form-urlencoded; charset=latin-1"},
        {"CONTENT_LENGTH": "5"},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "٣"},
        {BODY_REFUSED: 413},
        {"HTTP_COOKIE": ""},
        {"HTTP_COOKIE": "hl_csrf_off_8000=short"},
    ],
)
def test_what_is_out_of_the_ordinary_goes_djangos_way(ahead: Ahead, more: dict[str, Any]) -> None:
    theirs, ours = both(ahead, _ANSWER, **more)
    assert ours == theirs
    assert ahead.taken in ([False], [])


def test_a_form_from_elsewhere_teaches_nothing(rosa: Walker) -> None:
    handler = PublicHandler(renew=lambda: None)
    one = Walker().start()
    for more in (
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": ""},
        {"HTTP_HOST": "evil.example", "HTTP_ORIGIN": "http://evil.example"},
    ):
        assert said(handler, one, _ANSWER, **{**HERE, **more})[0] in (303, 400, 403)
        assert not handler._answers._headers
    assert said(handler, one, _ANSWER, **HERE)[0] == 303
    assert list(handler._answers._headers) == [("http", "testserver", "http://testserver")]
    kept = repr(handler._answers._headers)
    for own in (
        "'location'",
        "set-cookie",
        "/r/",
        "Quay",
        one.cookie(DRAFT),
        one.typed("csrfmiddlewaretoken"),
    ):
        assert own not in kept


def test_a_page_that_is_read_from_elsewhere_teaches_nothing_about_forms(rosa: Walker) -> None:
    """Django looks at the origin of forms only: a GET that leads on says nothing about it."""
    handler = PublicHandler(renew=lambda: None)
    evil = {**HERE, "HTTP_ORIGIN": "https://evil.example"}
    assert said(handler, Walker().start(), ("GET", "/code/", ""), **evil)[0] == 303
    assert said(handler, Walker().start(), _ANSWER, **evil)[0] == 403


@pytest.mark.parametrize("function", ["load_draft", "save_draft"])
def test_a_store_that_is_away_is_told_by_djangos_way(ahead: Ahead, function: str) -> None:
    found = []
    for app in (WSGIHandler(), ahead.handler):
        one = Walker().start()
        COUNTS._held.clear()
        with database_away(function):
            found.append((said(app, one, _ANSWER, **HERE), dict(COUNTS._held)))
    assert found[0] == found[1]
    assert ahead.taken == [False]


def test_a_draft_that_is_gone_or_sent_is_told_by_djangos_way(ahead_of_pages: Ahead) -> None:
    found = []
    for app in (WSGIHandler(), ahead_of_pages.handler):
        one = Walker()
        one.send()
        found.append(said(app, one, _ANSWER, **HERE))
    assert found[0] == found[1]
    ahead_of_pages.taken.clear()
    found = []
    for app in (WSGIHandler(), ahead_of_pages.handler):
        one = Walker().start()
        run_out_of_time()
        COUNTS._held.clear()
        answers = [said(app, one, (method, "/r/where/", _ANSWER[2]), **HERE) for method in ("POST", "GET")]
        found.append((answers, said(app, one, ("GET", "/r/check/", ""), **HERE), dict(COUNTS._held)))
    assert found[0] == found[1]
    assert any(one.what == "expired" for one in found[1][2])
    assert ahead_of_pages.taken == [False, False]


def at_the_check_page(one: Walker) -> None:
    one.tell("<b>two men</b> & a dog", place="Quay Street")


def with_questions_left(one: Walker) -> None:
    one.start()


def sent(one: Walker) -> None:
    one.send()


def in_danger(one: Walker) -> None:
    one.start(danger="yes")


#: How a visitor comes there, the page, its query, and whether it is made ahead of Django.
PAGES = {
    "check": (at_the_check_page, "/r/check/", "", True),
    "check in Welsh": (at_the_check_page, "/cy/r/check/", "", True),
    "check without a button": (with_questions_left, "/r/check/", "", False),
    "check without a button in danger": (in_danger, "/r/check/", "", False),
    "check, to be pressed again": (at_the_check_page, "/r/check/", "again=1", None),
    "check of a report that was sent": (sent, "/r/check/", "", False),
    "code": (sent, "/code/", "", True),
    "code in a language that nobody has used": (sent, "/cy/code/", "", False),
    "code of nothing sent": (at_the_check_page, "/code/", "", False),
}


@pytest.mark.parametrize(("way", "path", "query", "taken"), PAGES.values(), ids=PAGES)
def test_pages_with_holes_are_alike(
    ahead_of_pages: Ahead, way: Callable[[Walker], None], path: str, query: str, *, taken: bool | None
) -> None:
    found = []
    one = Walker()
    way(one)
    for app in (WSGIHandler(), ahead_of_pages.handler):
        COUNTS._held.clear()
        found.append((said(app, one, ("GET", path, ""), QUERY_STRING=query, **HERE), dict(COUNTS._held)))
    assert found[0] == found[1]
    assert ahead_of_pages.taken == ([] if taken is None else [taken])


def test_nothing_of_a_visitor_is_in_the_headers_that_are_kept(ahead_of_pages: Ahead) -> None:
    one = Walker()
    at_the_check_page(one)
    assert said(ahead_of_pages.handler, one, ("GET", "/r/check/", ""), **HERE)[0] == 200
    pages = ahead_of_pages.handler._answers._pages
    assert {path for (_, _, path), _ in pages} == {"/r/check/", "/cy/r/check/", "/code/"}
    for own in ("set-cookie", one.cookie(DRAFT), one.typed("csrfmiddlewaretoken"), "Quay", "two men"):
        assert own.lower() not in repr(pages).lower()


def test_each_has_a_token_of_its_own_on_a_page_with_holes(ahead_of_pages: Ahead) -> None:
    tokens = set()
    one, other = Walker(), Walker()
    for who in (one, other, one):
        if not who.been:
            at_the_check_page(who)
        with acting("public"):
            environ = who.client._base_environ(PATH_INFO="/r/check/", **HERE)  # type: ignore[attr-defined]
            environ["HTTP_COOKIE"] = who.client.cookies.output(attrs=[], header="", sep=";")
            _, _, body = run(ahead_of_pages.handler, environ)
        page = body.decode() if isinstance(body, bytes) else ""
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        assert is_of(token, who.client.cookies[settings.CSRF_COOKIE_NAME].value)
        tokens.add(token)
    assert len(tokens) == 3


def answered(one: Walker) -> None:
    one.start().press("Continue", narrative=WORDS)


#: How a visitor comes there, the page before the questions, its form, and whether it is taken ahead of Django.
STARTS = {
    "begin": (Walker.begin, "/tell/", f"{TOKEN}&danger=no", True),
    "begin in danger": (Walker.begin, "/tell/", f"{TOKEN}&danger=yes", True),
    "begin without an answer": (Walker.begin, "/tell/", f"{TOKEN}&start=1", True),
    "keep for a day": (Walker.begin, "/tell/", f"{TOKEN}&danger=no&keep=24", True),
    "begin in Welsh": (Walker.begin, "/cy/tell/", f"{TOKEN}&danger=no", True),
    "be called back": (Walker.begin, "/talk/call/", f"{TOKEN}&danger=no", False),
    "begin over answers": (answered, "/tell/", f"{TOKEN}&danger=no", True),
    "begin again": (answered, "/tell/", f"{TOKEN}&begin=again&danger=no", True),
    "carry on": (answered, "/tell/", f"{TOKEN}&begin=keep", True),
    "begin after sending": (sent, "/tell/", f"{TOKEN}&danger=no", True),
    "begin another after sending": (sent, "/tell/", f"{TOKEN}&begin=again&danger=no", True),
    "no token": (Walker.begin, "/tell/", "danger=no", False),
}


@pytest.fixture
def ahead_of_starts(ahead: Ahead) -> Ahead:
    for path in ("/tell/", "/cy/tell/"):
        said(ahead.handler, Walker().begin(), ("GET", path, ""), **HERE)
    ahead.taken.clear()
    return ahead


@pytest.mark.parametrize(("way", "path", "body", "taken"), STARTS.values(), ids=STARTS)
def test_reports_are_begun_alike(
    ahead_of_starts: Ahead, way: Callable[[Walker], object], path: str, body: str, *, taken: bool
) -> None:
    found = []
    for app in (WSGIHandler(), ahead_of_starts.handler):
        one = Walker()
        way(one)
        one.visit("/talk/")  # a page with a token, for whoever has been to one without
        COUNTS._held.clear()
        given: list[str] = []

        def noting(environ: Any, start_response: Any, app: Any = app, given: list[str] = given) -> Any:
            def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                given.extend(value for name, value in headers if name.lower() == "set-cookie")
                return start_response(status, headers, *more)

            return app(environ, start)

        response = said(noting, one, ("POST", path, body), **HERE)
        for cookie in given:
            one.client.cookies.load(cookie)
        found.append((response, draft_of(one), dict(COUNTS._held)))
    assert found[0] == found[1]
    assert ahead_of_starts.taken == ([taken] if taken or path == "/tell/" else [])


@pytest.mark.parametrize("function", ["save_draft", "load_draft"])
def test_a_report_that_cannot_be_begun_is_told_by_djangos_way(ahead_of_starts: Ahead, function: str) -> None:
    found = []
    for app in (WSGIHandler(), ahead_of_starts.handler):
        one = Walker().start().visit("/talk/")
        with database_away(function):
            found.append(said(app, one, ("POST", "/tell/", f"{TOKEN}&begin=again&danger=no"), **HERE))
    assert found[0] == found[1]
    assert found[0][0] == 503
    assert ahead_of_starts.taken == [False]


def test_too_many_begun_reports_are_told_by_djangos_way(
    ahead_of_starts: Ahead, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreFull

    one = Walker().begin()
    monkeypatch.setattr(turns, "may_begin", full)
    theirs, ours = (
        said(app, one, ("POST", "/tell/", f"{TOKEN}&danger=no"), **HERE)
        for app in (WSGIHandler(), ahead_of_starts.handler)
    )
    assert theirs == ours
    assert ours[0] == 503
    assert ahead_of_starts.taken == [False]
