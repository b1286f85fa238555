"""One question page: all that a phone must load for it, from whom, and how long it takes when many load it at once."""

from __future__ import annotations

import asyncio
from typing import Any

from bench.instance import Instance
from bench.load import Level, Tally, Wrong, measure
from bench.page_flow import at_question
from bench.page_weights import ENCODINGS, weigh_page

#: The one page that must be answered.
SLUG = "what"
_OK = 200


def weigh(instance: Instance) -> dict[str, Any]:
    """What that page weighs, on a draft of its own."""

    async def one() -> dict[str, Any]:
        browser = await at_question(instance, SLUG, encodings=ENCODINGS)
        try:
            return await weigh_page(instance, browser, f"/r/{SLUG}/")
        finally:
            browser.close()

    return asyncio.run(one())


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
