"""More reports and visitors than two cores can serve: what somebody in danger then waits for, and guidance."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from bench import made_up
from bench.guidance import PATH
from bench.instance import Instance
from bench.wire import Lost, connect

#: Offered a second, whether or not the ones before were answered.
REPORTS, VISITORS = 700, 120
#: How often somebody looks for guidance, and somebody in danger for the page that takes their words.
LOOK_EVERY = 0.25
_GIVE_UP = 30.0


def measure(instance: Instance, seconds: float) -> dict[str, Any]:
    """Offer too much for so many seconds, and return statuses and seconds of each sort of request."""
    return asyncio.run(_measure(instance, seconds))


async def _measure(instance: Instance, seconds: float) -> dict[str, Any]:
    host = f"{instance.public.name}:{instance.public.port}"
    calls = iter(made_up.calls(host, int(REPORTS * seconds) + 1, close=True))

    def page(path: str) -> Callable[[], bytes]:
        return lambda: f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()

    sorts = {
        "reports": (1 / REPORTS, lambda: next(calls).request),
        "pages": (1 / VISITORS, page("/tell/")),
        "guidance": (LOOK_EVERY, page(PATH)),
        "danger": (LOOK_EVERY, page("/emergency/")),
    }
    found: dict[str, list[tuple[str, float]]] = {name: [] for name in sorts}
    await asyncio.gather(
        *(
            _offered(every, seconds, _asking(instance.public.port, request, found[name]))
            for name, (every, request) in sorts.items()
        )
    )
    return {name: _told(answers) for name, answers in found.items()}


async def _offered(every: float, seconds: float, ask: Callable[[], Awaitable[None]]) -> None:
    """Begin one request in each interval, and wait for all of them in the end."""
    began, number, tasks = time.perf_counter(), 0, []
    while (due := number * every) < seconds:
        await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
        tasks.append(asyncio.ensure_future(ask()))
        number += 1
    await asyncio.gather(*tasks)


def _asking(
    port: int, request: Callable[[], bytes], answers: list[tuple[str, float]]
) -> Callable[[], Awaitable[None]]:
    async def ask() -> None:
        began, said = time.perf_counter(), "none"
        try:
            async with asyncio.timeout(_GIVE_UP):
                wire = await connect(port)
                try:
                    said = str((await wire.ask(request())).status)
                finally:
                    wire.close()
        except (OSError, TimeoutError, Lost):  # no answer
            pass
        answers.append((said, time.perf_counter() - began))

    return ask


def _told(answers: list[tuple[str, float]]) -> dict[str, Any]:
    times = sorted(seconds for _, seconds in answers)
    return {
        "statuses": dict(Counter(said for said, _ in answers)),
        "p50": round(times[len(times) // 2], 3),
        "p99": round(times[min(len(times) - 1, len(times) * 99 // 100)], 3),
    }
