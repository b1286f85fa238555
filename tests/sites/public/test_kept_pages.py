"""Tests for question pages sent without running their view: for whom, with what content, and when not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.urls import reverse

from heedline.casework.intake.page_counts import COUNTS
from heedline.web.guard import COOKIES_UNREAD
from heedline.web.public.report import kept_pages as kept
from heedline.web.public.shell.compression import takes_gzip
from heedline.web.public.shell.csrf import is_of
from heedline.web.public.shell.languages import path_to, speaking
from tests.sites.public.as_served import AsServed, a_new_process, as_served
from tests.sites.public.test_blank_pages import WAYS, WORDS, without_token
from tests.sites.public.walker import DRAFT, Walker


@pytest.fixture(autouse=True)
def _new_process() -> Iterator[None]:
    with a_new_process():
        yield


class Served(Walker):
    """A visitor of the public process."""

    def __init__(self) -> None:
        super().__init__()
        self.handler: AsServed = as_served(self.client)


@pytest.fixture
def lena(rosa: Walker) -> Served:
    """A visitor who takes the same path before the others, so that pages are kept."""
    return Served()


@pytest.fixture
def sami(rosa: Walker) -> Served:
    return Served()


def parts(one: Walker) -> tuple[int, dict[str, str], str]:
    """Return the status, headers and page, without this visitor's tokens."""
    headers = {name.lower(): value for name, value in one.response.items()}
    html = without_token(one)
    return one.response.status_code, headers, html.replace(one.typed("form_token") or "no token", "")


def views_run(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the slugs of question pages whose views run from now on."""
    from heedline.web.public.report import questions

    seen: list[str] = []
    show = questions.show
    monkeypatch.setattr(
        questions, "show", lambda turn, step, *rest: (seen.append(step.slug), show(turn, step, *rest))[1]
    )
    return seen


@pytest.mark.parametrize("way", WAYS)
def test_a_kept_page_is_the_page_of_the_view_with_the_same_headers(
    rosa: Walker, lena: Served, sami: Served, way: Callable[[Walker], object]
) -> None:
    for one in (rosa, lena, sami):
        way(one)
    seen = [path for path in dict.fromkeys(rosa.been) if rosa.visit(path).typed("csrfmiddlewaretoken")]
    assert seen
    for path in seen:
        pages = [parts(one.visit(path)) for one in (rosa, lena, sami)]
        assert pages[0] == pages[1] == pages[2]


def test_a_kept_page_is_sent_without_its_view(
    lena: Served, sami: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    lena.tell(WORDS, place="Market Square")
    seen = views_run(monkeypatch)
    sami.start()
    assert sami.at == "/r/what/"
    sami.press("Continue", narrative=WORDS)
    assert sami.at == "/r/where/"
    assert seen == []


def test_an_answer_from_another_tab_is_never_hidden(lena: Served, sami: Served) -> None:
    lena.tell(WORDS, place="Market Square")
    sami.start().press("Continue", narrative=WORDS)
    other = Served()
    other.client.cookies = sami.client.cookies
    other.visit("/r/where/").press("Continue", place="Quay Street")
    assert sami.visit("/r/where/").typed("place") == "Quay Street"


def test_a_draft_that_changes_meanwhile_gives_nobody_its_page(rosa: Walker) -> None:
    """The draft is read for the cache and again for the view. A second tab changes its kind in between."""
    held = kept.kept_pages()
    rosa.start()
    path, environ = rosa.at, dict(rosa.response.wsgi_request.environ)
    environ |= {"PATH_INFO": path, "REQUEST_METHOD": "GET", "QUERY_STRING": "", "CONTENT_LENGTH": ""}
    environ["HTTP_COOKIE"] = "; ".join(f"{name}={one.value}" for name, one in rosa.client.cookies.items())
    wanted = held.wanted(environ)
    assert wanted is not None
    token = rosa.visit("/talk/").typed("csrfmiddlewaretoken")
    rosa.client.post("/talk/", {"csrfmiddlewaretoken": token, "begin": "keep"})
    shown = rosa.visit(path).response
    assert rosa.typed("set") == "person"
    assert shown.shows not in (None, wanted.page)  # type: ignore[attr-defined]
    held.keep(environ, wanted, shown)
    assert not held._kept


def test_the_encodings_of_a_browser_are_read_in_no_time() -> None:
    """As many spaces as a header holds would take a minute, if the pattern went back over them."""
    began = time.process_time()
    assert not takes_gzip({"HTTP_ACCEPT_ENCODING": "gzip" + " " * 32_000 + "x"})
    assert time.process_time() - began < 10
    for accepted, expected in (
        ("gzip", True),
        ("br, gzip ; q=0.5", True),
        ("gzip;q=0", False),
        ("gzip;q=0.0 , br", False),
    ):
        assert takes_gzip({"HTTP_ACCEPT_ENCODING": accepted}) is expected, accepted


def test_a_database_that_goes_meanwhile_is_left_to_the_view(
    lena: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(at: datetime) -> bool:
        raise OperationalError

    lena.start()
    monkeypatch.setattr(kept, "identity_offered", away)
    environ = {**lena.response.wsgi_request.environ, "PATH_INFO": lena.at, "REQUEST_METHOD": "GET"}
    assert kept.kept_pages().wanted(environ) is None


def test_nothing_of_anybody_is_kept(lena: Served, sami: Served) -> None:
    for one, words in ((lena, WORDS), (sami, "Three men with a map of the station.")):
        one.tell(words, place="Market Square", postcode="NE1 4ST")
    held = kept.kept_pages()
    everything = repr((held._kept, held._same, held._first))
    assert held._first
    for one in (lena, sami):
        secret = one.cookie(settings.CSRF_COOKIE_NAME)
        for own in (
            one.cookie(DRAFT),
            one.typed("csrfmiddlewaretoken"),
            secret,
            "Market Square",
            WORDS,
            "NE1 4ST",
        ):
            assert own not in everything
    assert "set-cookie" not in everything
    assert held._kept


def test_each_has_a_token_of_its_own_that_nobody_else_can_use(lena: Served, sami: Served) -> None:
    lena.start()
    sami.start()
    stolen = lena.typed("csrfmiddlewaretoken")
    assert stolen != sami.typed("csrfmiddlewaretoken")
    refused = sami.client.post("/r/what/", {"narrative": WORDS, "csrfmiddlewaretoken": stolen})
    assert refused.status_code == 403
    sami.visit("/r/what/").press("Continue", narrative=WORDS)
    assert sami.at == "/r/where/"


def test_what_was_typed_or_is_to_be_said_comes_from_the_view(lena: Served, sami: Served) -> None:
    lena.tell(WORDS, place="Market Square")
    sami.start().press("Continue", narrative=WORDS).visit("/r/what/")
    assert sami.typed("narrative") == WORDS
    sami.visit("/r/where/").press("Continue", place="Quay", postcode="no postcode")
    assert sami.title.startswith("Error: ")
    assert sami.visit("/r/where/").typed("place") == "Quay"


def test_pages_are_counted_as_the_view_counts_them(lena: Served, sami: Served) -> None:
    def entered(one: Walker) -> dict[Any, int]:
        COUNTS._held.clear()
        one.tell(WORDS, place="Market Square")
        return dict(COUNTS._held)

    assert entered(lena) == entered(sami)
    assert any(one.what == "entered" and one.step == "where" for one in COUNTS._held)


def test_a_page_for_everybody_needs_no_cookie_and_sets_none(sami: Served) -> None:
    first, again = parts_of(sami, "/"), parts_of(sami, "/")
    assert first == again
    assert sami.handler.at_once == 1
    assert parts_of(sami, "/?x=1")[0] == 200
    assert sami.handler.at_once == 1  # nobody fills the memory with queries
    sami.client.head("/")
    assert sami.handler.at_once == 1
    assert not sami.client.cookies


@pytest.mark.parametrize("path", ["/tell/", "/cy/tell/", "/talk/", "/talk/call/", "/link/", "/ask/"])
def test_the_page_before_the_questions_is_kept_for_whoever_has_no_cookies(rosa: Walker, path: str) -> None:
    visitors = [Served() for _ in range(3)]
    pages, cookies, counts = [], [], []
    for one in visitors:
        COUNTS._held.clear()
        pages.append(parts(one.visit(path)))
        counts.append(dict(COUNTS._held))
        given = one.client.cookies[settings.CSRF_COOKIE_NAME]
        assert is_of(one.typed("csrfmiddlewaretoken"), given.value)
        cookies.append(given.OutputString().replace(given.value, ""))
    assert pages[0] == pages[1] == pages[2]
    assert cookies[0] == cookies[1] == cookies[2]
    assert counts[0] == counts[1] == counts[2] != {}
    assert [one.handler.at_once for one in visitors] == [0, 1, 1]
    secrets = {one.cookie(settings.CSRF_COOKIE_NAME) for one in visitors}
    assert len(secrets) == 3
    visitors[2].visit(path)
    assert visitors[2].handler.at_once == 1, "whoever has a cookie may have a draft"
    assert visitors[2].cookie(settings.CSRF_COOKIE_NAME) in secrets
    visitors[1].visit("/tell/").press("Start", danger="no")
    assert visitors[1].at == "/r/what/"


def test_only_first_visits_without_anything_else_get_the_kept_page(rosa: Walker) -> None:
    Served().visit("/tell/")
    plain = {"PATH_INFO": "/tell/", "REQUEST_METHOD": "GET", "HTTP_HOST": "testserver"}
    held = kept.kept_pages()
    assert held.at_once(plain) is not None
    for more in (
        {"HTTP_COOKIE": "a=b"},
        {COOKIES_UNREAD: True},
        {"QUERY_STRING": "back=check"},
        {"REQUEST_METHOD": "HEAD"},
        {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "3"},
        {"PATH_INFO": "/ask/"},
    ):
        assert held.at_once(plain | more) is None, more


def parts_of(one: Walker, path: str) -> tuple[int, dict[str, str], bytes]:
    got = one.visit(path).response
    return got.status_code, {name.lower(): value for name, value in got.items()}, got.content


def test_the_paths_of_kept_pages_are_those_of_the_site(rosa: Walker) -> None:
    for path, (code, slug) in kept.kept_pages()._questions.items():
        with speaking(code):
            assert (
                path
                == reverse("reporter:question", kwargs={"slug": slug})
                == path_to("reporter:question", slug)
            )
