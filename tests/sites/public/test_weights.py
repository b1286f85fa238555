"""What a page weighs on a slow phone: 30 KiB without the typeface, and of the typeface no more than it needs."""

from __future__ import annotations

import gzip
import re
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from heedline.packs import load_pack
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
