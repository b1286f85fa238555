"""What pages weigh on a phone: every body that a browser must load for one, as served, and from whom."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from bench.instance import Instance
from bench.load import Wrong
from bench.wire import Answer, Browser

#: What a browser of today offers.
ENCODINGS = "gzip, deflate, br"
#: The pages that somebody may come to first, and those that they are sent to from there.
PAGES = (
    "/", "/emergency/", "/tell/", "/tell/examples/", "/talk/", "/link/", "/ask/", "/other/", "/phone/", "/stay-safe/",
    "/stay-safe/now/", "/stay-safe/home/", "/stay-safe/work/", "/stay-safe/out/", "/messages/",
    "/privacy/", "/cookies/", "/contact/", "/accessibility/", "/stay-safe-online/", "/languages/",
)  # fmt: skip
LANGUAGES = ("", "cy/", "ar/", "ur/", "pl/", "so/")
_OK = 200
_LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=\"([^\"]+)\""
    r"|<link\b(?=[^>]*\brel=\"(?:stylesheet|icon|preload|modulepreload|manifest|mask-icon|apple-touch-icon)\")[^>]*\bhref=\"([^\"]+)\"",
    re.IGNORECASE,
)
_IN_STYLES = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", re.IGNORECASE)
_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_RANGE = re.compile(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", re.IGNORECASE)


def weigh_all(instance: Instance) -> list[dict[str, Any]]:
    """Every page of PAGES in every language: bytes of the page itself, and of all that it loads, by a new browser."""

    async def each() -> list[dict[str, Any]]:
        found = []
        for language in LANGUAGES:
            for page in PAGES:
                browser = Browser(instance.public.name, instance.public.port, encodings=ENCODINGS)
                try:
                    told = await weigh_page(instance, browser, f"/{language}{page[1:]}")
                finally:
                    browser.close()
                found.append(
                    {
                        "page": f"/{language}{page[1:]}",
                        "page_bytes": told["bodies"]["the page itself"],
                        "bytes": told["bytes"],
                        "typeface_bytes": told["typeface_bytes"],
                        "requests": told["requests"],
                        "foreign_requests": told["foreign_requests"],
                    }
                )
        return found

    return asyncio.run(each())


async def weigh_page(instance: Instance, browser: Browser, path: str) -> dict[str, Any]:
    """Bytes of every body that the page makes a browser load, as served; and requests to others, which must be none."""
    site = instance.public
    page = await browser.get(path)
    if page.status != _OK:
        raise Wrong(f"{path}: answered {page.status}")
    plain = await _plain(instance, browser, path)
    bodies = {"the page itself": len(page.body)}
    foreign: list[str] = []
    waiting = [urljoin(path, a or b) for a, b in _LOADED.findall(plain)]
    while waiting:
        address = waiting.pop()
        parts = urlsplit(address)
        if parts.netloc and parts.netloc != f"{site.name}:{site.port}":
            foreign.append(parts.netloc)
            continue
        if parts.scheme == "data" or address in bodies:
            continue
        found = await browser.get(address)
        if found.status != _OK:
            raise Wrong(f"{address}: answered {found.status}")
        bodies[address] = len(found.body)
        if parts.path.endswith(".css"):
            styles = _without_idle_faces(await _plain(instance, browser, address), unescape(plain))
            waiting += [urljoin(address, a or b) for a, b in _IN_STYLES.findall(styles)]
    return {
        "bodies": bodies,
        "bytes": sum(bodies.values()),
        "typeface_bytes": sum(size for address, size in bodies.items() if address.endswith(".woff2")),
        "requests": len(bodies),
        "foreign_requests": len(foreign),
    }


def _without_idle_faces(styles: str, text: str) -> str:
    """Return a style sheet without the files of a typeface whose range has no character of the page."""

    def needed(face: re.Match[str]) -> str:
        ranges = [(int(a, 16), int(b or a, 16)) for a, b in _RANGE.findall(face.group())]
        used = not ranges or any(a <= ord(one) <= b for one in set(text) for a, b in ranges)
        return face.group() if used else ""

    return _FACE.sub(needed, styles)


async def _plain(instance: Instance, like: Browser, path: str) -> str:
    """The same without compression, to read what it refers to. Fonts and pictures in style sheets count as loaded."""
    reader = Browser(instance.public.name, instance.public.port)
    reader.cookies = dict(like.cookies)
    found: Answer = await reader.get(path)
    reader.close()
    return found.text
