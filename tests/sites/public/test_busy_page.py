"""The page for whoever is asked to come again while very many others use the site: in each language, with the words typed."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from django.conf import settings
from django.test.client import ClientHandler

from heedline.gateway.busy_page import BusyPage, lanes
from heedline.gateway.lanes import QueueLane
from heedline.packs import load_pack
from heedline.web.guard import COOKIES_UNREAD
from tests.sites.public.walker import Walker
from tests.support.acting import acting

WORDS = 'He said "on Friday" & <b>showed</b> me the keys of the hall.\r\nThe van was white.'
LANGUAGES = sorted(load_pack("uk").languages)


def asked(path: str, method: str = "GET", **cookies: str) -> dict[str, Any]:
    return {
        "PATH_INFO": path,
        "REQUEST_METHOD": method,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "HTTP_HOST": "testserver",
        "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
    }


def site(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """The public site, which leaves the test's connection open."""
    response = ClientHandler(enforce_csrf_checks=True)(environ)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [response.content]


@pytest.fixture
def busy(rosa: Walker) -> BusyPage:
    return BusyPage(site)


def shown(busy: BusyPage, environ: dict[str, Any], typed: bytes = b"") -> tuple[int, dict[str, str], str]:
    with acting("public"):
        status, headers, body = busy(environ, typed)
    assert dict(headers)["content-length"] == str(len(body))
    return status, dict(headers), body.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_in_the_language_of_the_address(busy: BusyPage, language: str) -> None:
    start = "/" if language == "en" else f"/{language}/"
    status, headers, page = shown(busy, asked(f"{start}stay-safe/"))
    assert status == 503
    assert f'<html lang="{language}"' in page
    assert load_pack("uk").words(language)["errors.busy_title"] in unescape(page)
    assert "0800 789 321" in page
    assert "@name@" not in page
    assert "default-src" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


def test_nothing_of_one_visitor_is_on_the_page_of_the_next(busy: BusyPage) -> None:
    cookie = {settings.CSRF_COOKIE_NAME: "a" * 32}
    _, first, _ = shown(busy, asked("/r/what/", "POST", **cookie), urlencode({"narrative": WORDS}).encode())
    assert "set-cookie" not in first
    _, _, page = shown(busy, asked("/r/what/", "POST"))
    assert "Friday" not in page
    assert "a" * 32 not in page


def test_a_cookie_that_cannot_be_read_takes_away_nobody_elses(busy: BusyPage) -> None:
    """The page of the first such visitor told every browser to delete its cookies, and a draft went with them."""
    _, first, _ = shown(busy, asked("/r/what/") | {COOKIES_UNREAD: True, "CONTENT_TYPE": "text/odd"})
    assert "clear-site-data" not in first
    assert "retry-after" not in first, "the front adds one"
    assert "clear-site-data" not in shown(busy, asked("/"))[1]


def test_a_page_that_fails_once_is_not_kept(rosa: Walker) -> None:
    broken = [True]

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        if broken.pop() if broken else False:
            raise ZeroDivisionError
        return site(environ, start_response)

    page = BusyPage(app)
    with acting("public"):
        assert page(asked("/"), b"")[0] == 500
    assert shown(page, asked("/"))[0] == 503


def test_words_that_could_not_be_taken_are_in_a_form_that_sends_them_again(busy: BusyPage) -> None:
    sent = [("csrfmiddlewaretoken", "t" * 64), ("narrative", WORDS), ("where", "Leeds"), ("skip", "")]
    _, _, page = shown(busy, asked("/cy/r/what/", "POST"), urlencode(sent).encode())
    (box,) = re.findall(r'<textarea[^>]* name="narrative"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert unescape(box) == WORDS
    assert "<b>showed" not in page
    for name, value in (("where", "Leeds"), ("skip", "")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert page.count('name="csrfmiddlewaretoken"') == 1
    assert 'action="' not in page[page.index('<form method="post" novalidate') :][:200], (
        "it goes to the same address"
    )


@pytest.mark.parametrize("typed", [b"\xff\xfe", b"%", b"=" * 3000, b"a=1&" * 1500, b"{}"])
def test_a_body_that_is_no_form_gets_the_page_all_the_same(busy: BusyPage, typed: bytes) -> None:
    assert shown(busy, asked("/r/what/", "POST"), typed)[0] == 503


@pytest.mark.parametrize("start", ["/", "/so/"])
def test_danger_goes_first_and_words_before_pages(rosa: Walker, start: str) -> None:
    lane_of = lanes()
    for path in ("emergency/", "r/brief/", "exit/"):
        assert {lane_of(asked(start + path, method)) for method in ("GET", "POST")} == {QueueLane.DANGER}
    assert lane_of(asked(f"{start}r/what/", "POST")) is QueueLane.TEXT
    assert lane_of(asked(f"{start}r/what/")) is QueueLane.PAGE
    assert lane_of(asked(f"{start}code/")) is QueueLane.TEXT, "it says that a report has arrived"
    assert lane_of(asked("/api/v1/reports", "POST")) is QueueLane.TEXT
