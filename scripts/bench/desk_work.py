"""An officer with a long queue: filling it, paging through it, opening one report after the other, over HTTP."""

from __future__ import annotations

import asyncio
import json
import random
import re
import secrets
import subprocess
import sys
import time
from html import unescape
from typing import Any

from bench import made_up
from bench.instance import Instance
from bench.load import Wrong, percentiles
from bench.page_flow import at_question
from bench.wire import Answer, Browser, token_of

_OK, _LEADS_ON = 200, (302, 303)
_REPORT = re.compile(r'href="(/w/r/[0-9a-f-]{36}/)')
_NEXT = re.compile(r'href="(/w/q/[a-z-]+/\?[^"]*after=[^"]+)"')
_FILL_WITHIN = 1800
#: The number of the first text with words: no report that stands in an index alone has it.
_WORDED = 50_000_000
#: Every filter and order of a queue, as its address says it. Those from `area` on find few or nothing: all is looked through.
VIEWS = (
    "kind=activity", "channel=api", "urgency=soon", "priority=none", "stage=waiting", "received=today", "owner=nobody",
    "owner=me", "unread=yes", "sort=-priority", "sort=due", "sort=-received", "sort=kind", "sort=area", "sort=-channel",
    "sort=stage", "sort=owner", "sort=unread", "state=mine&sort=due", "state=closed", "state=closed&outcome=spam", "area=unknown",
    "special=under-18", "special=odd", "special=contact", "special=translation", "kind=advice&priority=high",
)  # fmt: skip
_DRAIN_WITHIN = 120.0


def fill(instance: Instance, up_to: int, *, words: bool = False) -> dict[str, Any]:
    """Submit until `up_to` reports are there, by the real verb under the public role, with two processes.

    With `words`, their words are as rare as words are, instead of random letters (`invented.py`).
    """
    there = instance.count("SELECT count(*) FROM reports_report")
    wanted = max(0, up_to - there)
    began = time.monotonic()
    parts = (wanted // 2, wanted - wanted // 2)
    halves = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.fill", str(part), *([str(first)] if words else [])],
            env=instance.environment("public"),
        )
        for part, first in zip(parts, (_WORDED, _WORDED + parts[0]), strict=True)
        if part
    ]
    try:
        for half in halves:
            if half.wait(_FILL_WITHIN):
                raise Wrong("the queues could not be filled")
    finally:
        for half in halves:
            if half.poll() is None:
                half.kill()
    took = time.monotonic() - began
    return {
        "reports": instance.count("SELECT count(*) FROM reports_report"),
        "submitted": wanted,
        "seconds": round(took, 1),
        "per_second": round(wanted / took, 1) if wanted else None,
    }


def until_worker_is_done(instance: Instance) -> dict[str, Any]:
    """Wait until no letter lies in the outbox and the database has tidied up: both would be measured as slow pages.

    So many reports come in minutes only here. The vacuum and the checkpoint that follow them would fall into the pages of
    the desk that is measured first.
    """
    began = time.monotonic()
    with instance.looking() as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
    letters = instance.count("SELECT count(*) FROM dispatch_outbox")
    left = letters
    while left and time.monotonic() - began < _DRAIN_WITHIN:
        time.sleep(0.5)
        left = instance.count("SELECT count(*) FROM dispatch_outbox")
    return {"letters": letters, "left": left, "seconds": round(time.monotonic() - began, 1)}


async def _post(browser: Browser, path: str, **fields: str) -> Answer:
    shown = await browser.get(path)
    answer = await browser.post(path, {"csrfmiddlewaretoken": token_of(shown.text), **fields})
    if answer.status not in _LEADS_ON:
        raise Wrong(f"{path}: answered {answer.status}")
    return answer


async def at_work(instance: Instance, desk: str, *, role: str = "officer") -> Browser:
    """Somebody of that desk, signed in, keys unlocked."""
    who, site = instance.officer(desk, role), instance.office
    browser = Browser(site.name, site.port)
    await _post(browser, "/sign-in/", login=who["email"], password=who["password"])
    await _post(browser, "/unlock/", passphrase=who["passphrase"])
    return browser


async def timed(browser: Browser, path: str) -> tuple[float, str]:
    """Open an office page, and return the seconds it took and what it says. Raise Wrong if it is refused."""
    began = time.perf_counter()
    answer = await browser.get(path)
    took = time.perf_counter() - began
    if answer.status != _OK:
        raise Wrong(f"an office page answered {answer.status}")
    return took, answer.text


async def _views(browser: Browser, first: str, *, times: int) -> dict[str, dict[str, float]]:
    """Each filter and order, so many times: the first page and the one after it in turn."""
    found = {}
    for query in VIEWS:
        took, path = [], f"{first}?{query}"
        for _ in range(times):
            seconds, page = await timed(browser, path)
            took.append(seconds)
            onward = _NEXT.search(page)
            path = unescape(onward.group(1)) if onward else f"{first}?{query}"
        found[query] = percentiles(took)
    return found


async def _board(instance: Instance, desk: str, *, times: int) -> dict[str, Any]:
    """The supervisor's board of that desk, so many times."""
    browser = await at_work(instance, desk, role="supervisor")
    path = f"/w/board/{desk}/"
    await timed(browser, path)
    took = [(await timed(browser, path))[0] for _ in range(times)]
    cookies = dict(browser.cookies)
    browser.close()
    asked = [{"name": "board", "method": "GET", "path": path, "cookies": cookies}]
    return {**percentiles(took), "queries": ask_queries(instance, "office", asked)["board"]}


async def _read(instance: Instance, desk: str, *, pages: int, opens: int) -> dict[str, Any]:
    browser = await at_work(instance, desk)
    first = f"/w/q/{desk}/"
    await timed(browser, first)
    before, queue_times, refs, path = instance.family().cpu(), [], [], first
    for _ in range(pages):
        took, page = await timed(browser, path)
        queue_times.append(took)
        refs += _REPORT.findall(page)
        onward = _NEXT.search(page)
        path = unescape(onward.group(1)) if onward else first
    used = instance.family().cpu().since(before)
    views = await _views(browser, first, times=max(16, pages // 2))
    open_times, before = [], instance.family().cpu()
    known = sorted(set(refs))
    chosen = random.Random(3).choices(known, k=opens)  # noqa: S311 - which to open
    for ref in chosen:
        took, _ = await timed(browser, ref)
        open_times.append(took)
    opened = instance.family().cpu().since(before)
    cookies = dict(browser.cookies)
    browser.close()
    return {
        "desk": desk,
        "board": await _board(instance, desk, times=max(20, pages)),
        "queue": {
            "pages": pages,
            **percentiles(queue_times),
            "server_cpu_ms_each": round(1000 * (used.by["office"] + used.by["postgres"]) / pages, 2),
        },
        "views": views,
        "open": {
            "opened": len(open_times),
            **percentiles(open_times),
            "server_cpu_ms_each": round(1000 * (opened.by["office"] + opened.by["postgres"]) / opens, 2),
        },
        "queries": ask_queries(
            instance,
            "office",
            [
                {"name": "queue", "method": "GET", "path": first, "cookies": cookies},
                {
                    "name": "view",
                    "method": "GET",
                    "path": f"{first}?kind=activity&sort=area",
                    "cookies": cookies,
                },
                {"name": "open", "method": "GET", "path": chosen[0], "cookies": cookies},
            ],
        ),
    }


def read(instance: Instance, desk: str, *, pages: int, opens: int) -> dict[str, Any]:
    """Page through a queue and open reports, one after the other on one connection; how long, how many queries."""
    return asyncio.run(_read(instance, desk, pages=pages, opens=opens))


def public_queries(instance: Instance) -> dict[str, dict[str, int]]:
    """How often the public's requests go to the database."""
    browser = asyncio.run(_at_what(instance))
    page = {"path": "/r/what/", "cookies": browser.cookies}
    fields = {"csrfmiddlewaretoken": browser.cookies[next(n for n in browser.cookies if "csrf" in n)]}
    told = made_up.told(random.Random(4))  # noqa: S311 - invented words, no secrets
    keys = [secrets.token_urlsafe(24) for _ in range(2)]
    asked: list[dict[str, Any]] = [
        {"name": "start", "method": "GET", "path": "/"},
        {"name": "question: show", "method": "GET", **page},
        {"name": "question: answer", "method": "POST", **page, "fields": {**fields, "narrative": "Words."}},
        {"name": "API: report", "method": "POST", "path": "/api/v1/reports", "json": told, "keys": keys},
    ]
    return ask_queries(instance, "public", asked)


async def _at_what(instance: Instance) -> Browser:
    browser = await at_question(instance, "what")
    browser.close()
    return browser


def ask_queries(instance: Instance, site: str, asked: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Return the number of statements of each of these requests (`bench.queries`)."""
    place = instance.public if site == "public" else instance.office
    done = subprocess.run(
        [sys.executable, "-m", "bench.queries"],
        env=instance.environment(site),
        input=json.dumps({"site": site, "host": f"{place.name}:{place.port}", "requests": asked}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise Wrong(f"queries of {site} could not be counted: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, dict[str, int]] = json.loads(done.stdout)
    return found
