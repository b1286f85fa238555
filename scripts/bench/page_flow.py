"""The way through the pages, as somebody without scripts walks it: each page is loaded, each form is its own."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass
from typing import Any

from bench import made_up
from bench.instance import Instance
from bench.load import Level, Tally, Wrong, measure, percentiles
from bench.wire import Answer, Browser, form_token_of, token_of

#: A form that was taken leads on, by either status.
_OK, _LEADS_ON = (200,), (302, 303)
_MOST_PAGES = 30
#: Walks at once before the clock runs.
_WARM_UP = 16
_SLUG = re.compile(r"^/r/([a-z-]+)/(?:\?.*)?$")
_LAST = "check"
_SHOWS_CODE = 'class="hl-code"'
#: What is answered where; every other page is left blank. After the place, the rest is skipped.
_ANSWERS: dict[str, dict[str, str]] = {
    "now": {"danger": "no"},
    "where": {"place": "Market Square", "skip": "1"},
    "you": {"who": "anonymous"},
}
_NARRATIVE = "what"


@dataclass
class Walkers:
    """People who walk the whole way, each with new cookies and a new connection."""

    instance: Instance
    texts: list[str]

    async def one(self, tally: Tally, member: int) -> None:
        """From the first page to the code. Raises Wrong at the first page that is not the one due."""
        site = self.instance.public
        browser = Browser(site.name, site.port)
        try:
            await _walk(browser, tally, self.texts[len(tally.took) % len(self.texts)])
        finally:
            browser.close()


async def _walk(browser: Browser, tally: Tally, text: str) -> None:
    _due(await tally.step("start", browser.get("/")), _OK, "start")
    shown = _due(await tally.step("before you start", browser.get("/tell/")), _OK, "safety")
    sent = await tally.step(
        "begin", browser.post("/tell/", {"csrfmiddlewaretoken": token_of(shown.text), "danger": "no"})
    )
    path = _due(sent, _LEADS_ON, "begin").location
    for _ in range(_MOST_PAGES):
        found = _SLUG.match(path)
        if found is None:
            break
        slug = found.group(1)
        name = "check" if slug == _LAST else "question"
        shown = _due(await tally.step(f"{name}: show", browser.get(path)), _OK, slug)
        fields = {"csrfmiddlewaretoken": token_of(shown.text), **_ANSWERS.get(slug, {})}
        if slug == _LAST:
            fields["form_token"] = form_token_of(shown.text)
        if slug == _NARRATIVE:
            fields["narrative"] = text
        if slug == "where":
            fields["postcode"] = made_up.POSTCODES[len(text) % len(made_up.POSTCODES)]
        doing = "send" if slug == _LAST else "question: answer"
        path = _due(await tally.step(doing, browser.post(path, fields)), _LEADS_ON, f"{slug} sent").location
    shown = _due(await tally.step("code", browser.get(path)), _OK, "code")
    if path != "/code/" or _SHOWS_CODE not in shown.text:
        raise Wrong("no code at the end")


def _due(answer: Answer, good: tuple[int, ...], step: str) -> Answer:
    if answer.status not in good:
        raise Wrong(f"{step}: answered {answer.status}")
    return answer


def run(
    instance: Instance, connections: int, *, seconds: float, at_most: int
) -> tuple[Level, dict[str, Any]]:
    """Return one level and its pages. `server_cpu_ms_each` is the CPU (user and system) of one walk."""
    chance = random.Random(connections)  # noqa: S311 - invented words, no secrets
    walkers = Walkers(instance, [made_up.narrative(chance) for _ in range(50)])
    # each thread connects to the database, and each process compiles its templates, with its first pages
    asyncio.run(measure(instance, _WARM_UP, seconds=seconds, at_most=2 * _WARM_UP, one=walkers.one))
    level = asyncio.run(measure(instance, connections, seconds=seconds, at_most=at_most, one=walkers.one))
    asked = sum(len(took) for took in level.tally.steps.values())
    pages = {name: {"n": len(took), **percentiles(took)} for name, took in level.tally.steps.items()}
    every = percentiles([one for took in level.tally.steps.values() for one in took])
    return level, {
        **level.told(),
        "requests": asked,
        "requests_per_second": round(asked / level.seconds, 1),
        "server_cpu_ms_each_request": round(1000 * level.cpu.serving / max(1, asked), 2),
        "every_page": every,
        "pages": pages,
    }


async def at_question(instance: Instance, slug: str, *, encodings: str = "") -> Browser:
    """A browser that has got as far as this question."""
    site = instance.public
    browser = Browser(site.name, site.port, encodings=encodings)
    shown = await browser.get("/tell/")
    path = (
        await browser.post("/tell/", {"csrfmiddlewaretoken": token_of(shown.text), "danger": "no"})
    ).location
    while path != f"/r/{slug}/":
        found = _SLUG.match(path)
        if found is None:
            raise Wrong(f"the way does not lead to {slug}")
        fields = {
            "csrfmiddlewaretoken": token_of((await browser.get(path)).text),
            **_ANSWERS.get(found.group(1), {}),
        }
        path = (await browser.post(path, fields)).location
    return browser
