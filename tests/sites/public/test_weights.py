"""What a page weighs on a slow phone: 30 KiB without the typeface, and of the typeface no more than it needs."""

from __future__ import annotations

import gzip
import re
import zlib
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client, RequestFactory

from heedline.packs import load_pack
from heedline.web.public.shell.compression import Pieces, takes_gzip
from tests.sites.public.walker import Walker
from tests.support.acting import acting

LIMIT = 30 * 1024
LANGUAGES = tuple(load_pack("uk").languages)
PAGES = (
    "/", "/emergency/", "/tell/", "/tell/examples/", "/talk/", "/talk/call/", "/link/", "/ask/", "/other/", "/phone/",
    "/stay-safe/home/", "/messages/", "/privacy/", "/cookies/", "/contact/", "/stay-safe-online/", "/languages/",
)  # fmt: skip
_LOADED = re.compile(r'(?:<script src|<link rel="(?:stylesheet|icon)" href)="/static/([^"]+)"')
_FACE = re.compile(r"@font-face \{(.*?)\}", re.DOTALL)
_RANGE = re.compile(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?")


def asked(path: str, encoding: str = "gzip") -> tuple[str, int]:
    """Return a page as text, and its bytes as sent."""
    with acting("public"):
        response = Client(headers={"Accept-Encoding": encoding}).get(path)
    assert response.status_code == 200
    body = response.content
    packed = response.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(body) if packed else body).decode(), len(body)


def static_file(name: str) -> Path:
    found = finders.find(name)
    assert isinstance(found, str)
    return Path(found)


@cache
def sent(name: str) -> int:
    """Return the bytes of a static file as the site sends it, compressed where that helps."""
    body = static_file(name).read_bytes()
    return min(len(body), len(gzip.compress(body, 9)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_too_heavy(rosa: Walker, language: str) -> None:
    heavy = {}
    for page in PAGES:
        path = page if language == LANGUAGES[0] else f"/{language}{page}"
        html, size = asked(path)
        loaded = _LOADED.findall(html)
        assert any(name.endswith(".css") for name in loaded)
        if (weight := size + sum(map(sent, loaded))) > LIMIT:
            heavy[path] = weight
    assert not heavy


def typefaces(text: str) -> set[str]:
    """Return the files of the typeface that a browser loads for a page: those whose range has one of its characters."""
    needed = set()
    for face in _FACE.findall(static_file("heedline/heedline.css").read_text(encoding="utf-8")):
        ranges = [(int(a, 16), int(b or a, 16)) for a, b in _RANGE.findall(face)]
        assert ranges, "a typeface without a range is loaded by every page"
        if any(a <= ord(character) <= b for character in text for a, b in ranges):
            needed.add(re.findall(r'url\("([^"]+)"\)', face)[0])
    return needed


def test_an_english_page_needs_one_file_of_the_typeface(rosa: Walker) -> None:
    for page in PAGES:
        html, _ = asked(page)
        assert typefaces(unescape(html)) == {"vendor/typeface-latin.woff2"}, page
    assert typefaces("Dydw i ddim yn siŵr") > {"vendor/typeface-latin.woff2"}


def test_a_page_is_the_same_with_and_without_compression(rosa: Walker) -> None:
    for page in ("/", "/tell/", "/ur/talk/"):
        plain, size = asked(page, "identity")
        packed, less = asked(page)
        token = re.compile(r'(name="csrfmiddlewaretoken" value=)"[^"]+"')
        assert token.sub(r"\1", plain) == token.sub(r"\1", packed)
        assert less < size / 2


def test_what_somebody_typed_is_never_compressed(rosa: Walker) -> None:
    rosa.client = Client(enforce_csrf_checks=True, headers={"Accept-Encoding": "gzip"})
    response = rosa.client.get("/tell/")
    token = re.findall(
        r'name="csrfmiddlewaretoken" value="([^"]+)"', gzip.decompress(response.content).decode()
    )
    with acting("public"):
        rosa.client.post("/tell/", {"danger": "no", "csrfmiddlewaretoken": token[0]})
        rosa.client.post("/r/what/", {"narrative": "A van. " * 200, "csrfmiddlewaretoken": token[0]})
        for path in ("/r/what/", "/r/check/"):
            shown = rosa.client.get(path)
            assert b"A van. A van." in shown.content
            assert "Content-Encoding" not in shown.headers


def test_the_length_does_not_depend_on_the_token() -> None:
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    page = Pieces.of((b"<form>" * 50, b"</form>" * 50, b""))
    tokens = ("a" * 64, "wK3" * 21 + "x", "<form>" * 10 + "abcd")
    bodies = [page.response(request, token).content for token in tokens]
    assert len({len(body) for body in bodies}) == 1
    for token, body in zip(tokens, bodies, strict=True):
        assert gzip.decompress(body) == b"<form>" * 50 + token.encode() + b"</form>" * 50 + token.encode()
        assert zlib.crc32(gzip.decompress(body)).to_bytes(4, "little") == body[-8:-4]


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True), ("gzip, deflate, br", True), ("br;q=1.0, gzip;q=0.8, *;q=0.1", True), ("GZIP", True),
        ("", False), ("identity", False), ("gzip;q=0", False), ("br, gzip; q=0.000", False), ("xgzip", False),
    ],
)  # fmt: skip
def test_only_a_browser_that_takes_it_gets_it(header: str, takes: bool) -> None:
    request = RequestFactory().get("/", headers={"Accept-Encoding": header})
    assert takes_gzip(request.META) is takes
