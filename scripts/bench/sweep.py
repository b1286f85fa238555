#!/usr/bin/env python3
"""An officer closes six hundred look-alikes as one act, and undoes it: `python scripts/bench/sweep.py [how many]`.

Starts a demonstration of its own, sends the reports over the API, in nineteen wordings and one with a threat in it, and drives
the office's pages as a browser without scripts does: find look-alikes, read a page of a group, tick, look, close, undo. Prints
seconds for each page. Exit code 1 when closing takes a minute or longer, or when anything is not as it should be: the threat
comes first, cannot be ticked and stays.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import sys
import time
from html import unescape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.desk_work import at_work, until_worker_is_done
from bench.instance import Instance, running
from bench.load import Wrong
from bench.wire import Answer, Browser, connect, token_of

DESK, BUDGET_SECONDS = "north-east", 60.0
_ADVERT = "Buy cheap watches at www.watches.example today and get two for the price of one, only this week"
_ENDS = [
    "please",
    "come",
    "only",
    "while",
    "stocks",
    "last",
    "never",
    "again",
    "for",
    "so",
    "little",
    "and",
    "tell",
    "all",
    "your",
    "friends",
    "about",
    "it",
    "today",
]
_THREAT = "Gas them all."
_GROUP = re.compile(r'href="(/w/q/[a-z-]+/alike/[0-9a-f-]{36}/)"')
_TICK = re.compile(r'name="choose" type="checkbox" value="([^"]+)"')
_CHOSEN = re.compile(r'name="choose" value="([^"]+)"')
_MADE = re.compile(r"/w/sweeps/[0-9a-f-]{36}/")


async def _send(instance: Instance, numbers: range) -> None:
    wire = await connect(instance.public.port)
    for number in numbers:
        text = f"{_ADVERT} {_ENDS[number % len(_ENDS)]}" if number else f"{_ADVERT}. {_THREAT}"
        told = {"kind": "activity", "narrative": text, "where": {"postcode": "NE1 4ST"}}
        body = json.dumps(told).encode()
        head = (
            f"POST /api/v1/reports HTTP/1.1\r\nHost: {instance.public.name}:{instance.public.port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Idempotency-Key: {secrets.token_urlsafe(32)}\r\n\r\n"
        )
        answer = await wire.ask(head.encode() + body)
        if answer.status != 201:
            raise Wrong(f"a report was answered {answer.status}")
    wire.close()


async def _page(what: str, asked: float, answer: Answer, good: tuple[int, ...]) -> float:
    took = time.perf_counter() - asked
    if answer.status not in good:
        raise Wrong(f"{what}: answered {answer.status}")
    print(f"{took:8.2f} s  {what} ({len(answer.body) / 1024:.0f} KiB)")
    return took


async def _sweep(instance: Instance, how_many: int) -> float:
    share = how_many // 4
    began = time.perf_counter()
    await asyncio.gather(*[_send(instance, range(n * share, (n + 1) * share)) for n in range(4)])
    print(f"{time.perf_counter() - began:8.2f} s  {4 * share} reports sent")
    until_worker_is_done(instance)
    browser: Browser = await at_work(instance, DESK)
    took = 0.0
    asked = time.perf_counter()
    shown = await browser.get(f"/w/q/{DESK}/alike/")
    took += await _page("find look-alikes", asked, shown, (200,))
    groups = [unescape(one) for one in _GROUP.findall(shown.text)]
    if not groups or f"{4 * share} similar reports" not in shown.text:
        raise Wrong("the look-alikes were not found")
    asked = time.perf_counter()
    shown = await browser.get(groups[0])
    took += await _page("read a page of the group", asked, shown, (200,))
    if not 0 < shown.text.find(_THREAT) < shown.text.find('type="checkbox"'):
        raise Wrong("the one with a threat does not come first")
    ticked = " ".join(_TICK.findall(shown.text))
    asked = time.perf_counter()
    fields = {"csrfmiddlewaretoken": token_of(shown.text), "choose": ticked}
    shown = await browser.post(f"/w/q/{DESK}/sweep/", fields)
    took += await _page("see each with what will happen", asked, shown, (200,))
    (chosen,) = _CHOSEN.findall(shown.text)
    asked = time.perf_counter()
    fields = {"csrfmiddlewaretoken": token_of(shown.text), "choose": chosen, "do": "sweep"}
    closing = {"outcome": "spam", "reason": "One advertisement, many times", "tell": "finished"}
    answer = await browser.post(f"/w/q/{DESK}/sweep/", fields | closing)
    took += await _page(f"close {len(chosen.split())}", asked, answer, (302, 303))
    made = _MADE.search(answer.location)
    if made is None:
        raise Wrong("no sweep was made")
    asked = time.perf_counter()
    shown = await browser.get(made.group())
    took += await _page("what happened", asked, shown, (200,))
    closed = instance.count("SELECT count(*) FROM reports_step WHERE move = 'sweep'")
    asked = time.perf_counter()
    answer = await browser.post(f"{made.group()}undo/", {"csrfmiddlewaretoken": token_of(shown.text)})
    await _page("undo", asked, answer, (302, 303))
    back = instance.count("SELECT count(*) FROM reports_step WHERE move = 'undo-sweep'")
    if not closed == back == len(chosen.split()) == 4 * share - 1:
        raise Wrong(f"{len(chosen.split())} were chosen, {closed} closed, {back} put back")
    print(
        f"{took:8.2f} s  of machine time, from the queue to all closed; a minute is allowed, with the officer's own"
    )
    return took


def main() -> int:
    """Run it. 0 when all is well."""
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    with running() as instance:
        took = asyncio.run(_sweep(instance, how_many))
    return int(took >= BUDGET_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
