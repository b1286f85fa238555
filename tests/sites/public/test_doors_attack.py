"""Run, Hide, Tell: one small file, the same from memory and from the site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from django.conf import settings

from heedline.config import wsgi
from heedline.web.public.guidance import attack
from tests.sites.public.walker import Walker


def test_run_hide_tell_is_one_small_file_that_needs_nothing_else(rosa: Walker) -> None:
    rosa.visit("/").follow("What to do in an attack: Run, Hide, Tell")
    assert rosa.page.headings[:4] == ["Run. Hide. Tell.", "Run", "Hide", "Tell"]
    assert len(rosa.response.content) < 10_000
    assert rosa.response.content == attack.fixed().body
    assert not re.search(r'src=|<link|<script|<img|url\(|@import|style="', rosa.html)
    assert "@media print" in rosa.html
    assert "Exit this page" not in rosa.html
    assert "'unsafe" not in rosa.response["Content-Security-Policy"]
    assert "default-src 'none'; style-src 'sha256-" in rosa.response["Content-Security-Policy"]
    assert not rosa.client.cookies
    ours = [href for _, href in rosa.page.links if not href.startswith(("tel:", "sms:", "#"))]
    assert f"{settings.PUBLIC_URL}/stay-safe/" in ours
    assert not [href for href in ours if not href.startswith("http")], (
        "saved, every link still leads somewhere"
    )


@pytest.mark.parametrize(("method", "body"), [("GET", attack.fixed().body), ("HEAD", b"")])
def test_run_hide_tell_is_handed_out_from_memory_while_all_else_is_busy(method: str, body: bytes) -> None:
    answer = ask_application(method, "/stay-safe/now/")
    assert answer == ("200 OK", body)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/stay-safe/now/"), ("GET", "/"), ("GET", "/stay-safe/")]
)
def test_everything_else_is_asked_of_the_site(method: str, path: str) -> None:
    assert ask_application(method, path) == ("204 No Content", b"the site")


def ask_application(method: str, path: str) -> tuple[str, bytes]:
    """What an application with that page in memory answers, in front of a site that only says that it was asked."""

    def the_site(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("204 No Content", [])
        return [b"the site"]

    said: list[str] = []

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        said.append(status)
        return len

    app = wsgi.from_memory(the_site, {f"/{attack.PATH}": attack.fixed()})
    body = b"".join(app({"REQUEST_METHOD": method, "PATH_INFO": path}, start))
    return said[0], body
