"""What a page weighs on a slow phone: 30 KiB without the typeface, and of the typeface no more than it needs."""

from __future__ import annotations

import gzip
import re
from functools import cache
from html import unescape
from itertools import dropwhile
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.test import Client

from heedline.config.static_files import StaticStorage, without_comments
from heedline.packs import load_pack
from heedline.web.public.shell.languages import prefix
from tests.sites.public.walker import Walker
from tests.support.acting import acting
from tests.support.public_pages import stages

LIMIT = 30 * 1024
LANGUAGES = tuple(load_pack("uk").languages)
PAGES = (
    "/", "/emergency/", "/tell/", "/tell/examples/", "/talk/", "/talk/call/", "/link/", "/ask/", "/other/", "/phone/",
    "/stay-safe/home/", "/messages/", "/code/finished/", "/privacy/", "/cookies/", "/contact/", "/stay-safe-online/", "/languages/",
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
    if name.endswith(".css"):
        body = without_comments(body)
    return min(len(body), len(gzip.compress(body, 9)))


def test_sheets_are_stored_without_their_comments(tmp_path: Path) -> None:
    storage = StaticStorage(location=tmp_path, base_url="/static/")
    body = static_file("heedline/answers.css").read_bytes()
    storage.save("answers.css", ContentFile(body))
    for _ in storage.post_process({"answers.css": (storage, "answers.css")}):
        pass
    stored = (tmp_path / storage.stored_name("answers.css")).read_bytes()
    assert b"/*" in body
    assert stored == without_comments(body)
    assert stored.count(b"}") == body.count(b"}"), "every rule is still there"


def weight(html: str, size: int) -> int:
    """Return the bytes of a page of `size` bytes with everything that it loads, besides the typeface."""
    loaded = _LOADED.findall(html)
    assert any(name.endswith(".css") for name in loaded)
    return size + sum(map(sent, loaded))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_too_heavy(rosa: Walker, language: str) -> None:
    weights = {path: weight(*asked(path)) for path in (f"{prefix(language)}{page[1:]}" for page in PAGES)}
    assert not {path: found for path, found in weights.items() if found > LIMIT}


def test_no_page_with_a_code_or_messages_is_too_heavy(rosa: Walker) -> None:
    """These pages are not compressed, because they show a code or what somebody wrote."""
    weights = {}
    for stage in dropwhile(lambda one: one.name != "sent", stages(rosa)):
        for address in stage.addresses:
            html = rosa.visit(f"/{address}").html
            weights[f"{stage.name}: {address}"] = weight(html, len(html.encode()))
    assert {"sent: code/", "danger sent: code/", "messages: messages/open/"} <= weights.keys()
    assert not {where: found for where, found in weights.items() if found > LIMIT}


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
