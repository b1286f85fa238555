"""Run, Hide, Tell when everybody looks at once: the one page that must hold when nothing else does."""

from __future__ import annotations

import asyncio

from bench.instance import Instance
from bench.load import Level, Tally, Wrong, measure
from bench.wire import Wire, connect

PATH = "/stay-safe/now/"
_OK = 200


def time_it(instance: Instance, connections: int, *, seconds: float, at_most: int) -> Level:
    """Load it again and again on kept connections."""

    async def level() -> Level:
        site = instance.public
        asked = f"GET {PATH} HTTP/1.1\r\nHost: {site.name}:{site.port}\r\n\r\n".encode()
        wires: list[Wire] = [await connect(site.port) for _ in range(connections)]

        async def one(tally: Tally, member: int) -> None:
            if not wires[member].open:
                wires[member] = await connect(site.port)
            answer = await wires[member].ask(asked)
            if answer.status != _OK or b"Run" not in answer.body:
                raise Wrong(f"answered {answer.status}")

        try:
            return await measure(instance, connections, seconds=seconds, at_most=at_most, one=one)
        finally:
            for wire in wires:
                wire.close()

    return asyncio.run(level())
