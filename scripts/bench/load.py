"""So many at once, for so long or so often: what came of it, how long each took, and what it cost whom."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.instance import Instance
from bench.processes import Cpu
from bench.wire import Lost

#: How long somebody waits after a failure before the next try.
_AFTER_FAILURE = 0.05


class Wrong(Exception):
    """An answer that is not the one that was due. The text says which step, never what was sent."""


@dataclass
class Tally:
    """What the members of one level noted."""

    ok: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    steps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def step(self, name: str, doing: Awaitable[Any]) -> Any:
        """Wait for one request and note how long it took."""
        began = time.perf_counter()
        answer = await doing
        self.steps[name].append(time.perf_counter() - began)
        return answer


@dataclass(frozen=True)
class Level:
    """One measurement: `connections` at once."""

    connections: int
    tally: Tally
    seconds: float
    client_cpu: float
    cpu: Cpu

    @property
    def per_second(self) -> float:
        return self.tally.ok / self.seconds

    @property
    def serving_ms(self) -> float:
        """Server processor time for each success, in ms. What failures burnt is in it."""
        return 1000 * self.cpu.serving / max(1, self.tally.ok)

    def told(self) -> dict[str, Any]:
        """As it stands in the file."""
        each = max(1, self.tally.ok)
        busy = self.cpu.machine - sum(self.cpu.by.values()) - self.client_cpu
        return {
            "connections": self.connections,
            "ok": self.tally.ok,
            "errors": sum(self.tally.errors.values()),
            "error_kinds": dict(self.tally.errors),
            "seconds": round(self.seconds, 2),
            "per_second": round(self.per_second, 1),
            **percentiles(self.tally.took),
            "server_cpu_ms_each": round(self.serving_ms, 2),
            "server_cpu_ms_each_by": {
                name: round(1000 * used / each, 2) for name, used in self.cpu.by.items()
            },
            "client_cpu_ms_each": round(1000 * self.client_cpu / each, 2),
            "others_cores": round(max(0.0, busy) / self.seconds, 2),
        }


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and the longest, in ms."""
    if not seconds:
        return {}
    in_order = sorted(seconds)
    last = len(in_order) - 1
    found = {f"p{n}_ms": in_order[min(last, int(len(in_order) * n / 100))] for n in (50, 95, 99)}
    return {name: round(1000 * value, 2) for name, value in {**found, "max_ms": in_order[-1]}.items()}


async def measure(
    instance: Instance,
    connections: int,
    *,
    seconds: float,
    at_most: int,
    one: Callable[[Tally, int], Awaitable[None]],
) -> Level:
    """Let `connections` members each do `one(tally, member)` again and again, for `seconds` or `at_most` times in all.

    Whatever is under way at the end is let finish. A failure is counted by its kind; the member then waits 50 ms.
    """
    tally, left, family = Tally(), iter(range(at_most)), instance.family()
    before, client, began = family.cpu(), time.process_time(), time.perf_counter()
    until = began + seconds

    async def member(number: int) -> None:
        while time.perf_counter() < until and next(left, None) is not None:
            start = time.perf_counter()
            try:
                await one(tally, number)
            except (Wrong, Lost, OSError, TimeoutError, ValueError) as problem:
                tally.errors[str(problem) or type(problem).__name__] += 1
                await asyncio.sleep(_AFTER_FAILURE)
            else:
                tally.ok += 1
                tally.took.append(time.perf_counter() - start)

    await asyncio.gather(*(member(number) for number in range(connections)))
    took, spent = time.perf_counter() - began, time.process_time() - client
    return Level(connections, tally, took, spent, family.cpu().since(before))
