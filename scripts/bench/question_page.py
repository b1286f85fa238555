"""One question page: all that a phone must load for it, from whom, and how long it takes when many load it at once."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from bench.instance import Instance
from bench.load import Level, Tally, Wrong, measure
from bench.page_flow import at_question
from bench.wire import Answer, Browser

#: The one page that must be answered.
SLUG = "what"
#: What a browser of today offers.
ENCODINGS = "gzip, deflate, br"
_OK = 200
_LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=\"([^\"]+)\""
    r"|<link\b(?=[^>]*\brel=\"(?:stylesheet|icon|preload|modulepreload|manifest|mask-icon|apple-touch-icon)\")[^>]*\bhref=\"([^\"]+)\"",
    re.IGNORECASE,
)
_IN_STYLES = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", re.IGNORECASE)


def weigh(instance: Instance) -> dict[str, Any]:
    """Bytes of every body that the page makes a browser load, as served; and requests to others, which must be none."""
    return asyncio.run(_weigh(instance))


async def _weigh(instance: Instance) -> dict[str, Any]:
    site = instance.public
    browser = await at_question(instance, SLUG, encodings=ENCODINGS)
    path = f"/r/{SLUG}/"
    page = await browser.get(path)
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
            styles = await _plain(instance, browser, address)
            waiting += [urljoin(address, a or b) for a, b in _IN_STYLES.findall(styles)]
    browser.close()
    return {
        "bodies": bodies,
        "bytes": sum(bodies.values()),
        "requests": len(bodies),
        "foreign_requests": len(foreign),
    }


async def _plain(instance: Instance, like: Browser, path: str) -> str:
    """The same without compression, to read what it refers to. Fonts and pictures in style sheets count as loaded."""
    reader = Browser(instance.public.name, instance.public.port)
    reader.cookies = dict(like.cookies)
    found: Answer = await reader.get(path)
    reader.close()
    return found.text


def time_it(instance: Instance, connections: int, *, seconds: float, at_most: int) -> Level:
    """Load the page again and again, every connection with a draft of its own."""

    async def level() -> Level:
        browsers = [await at_question(instance, SLUG) for _ in range(connections)]

        async def one(tally: Tally, member: int) -> None:
            answer = await browsers[member].get(f"/r/{SLUG}/")
            if answer.status != _OK or b'name="narrative"' not in answer.body:
                raise Wrong(f"answered {answer.status}")

        try:
            return await measure(instance, connections, seconds=seconds, at_most=at_most, one=one)
        finally:
            for browser in browsers:
                browser.close()

    return asyncio.run(level())
