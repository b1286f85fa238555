"""While more requests arrive than can be served, danger goes first, typed words wait, and pages are asked for again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from io import BytesIO
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from heedline.gateway.front import AnyResponse, Front, FrontLimits
from heedline.gateway.groups import Group
from heedline.gateway.lanes import LanedQueue, Queued, QueueLane
from tests.laws.test_workers import LONG, run

LANES = {"/danger/": QueueLane.DANGER, "/text/": QueueLane.TEXT, "/page/": QueueLane.PAGE}


class Sent:
    """A stand-in for Granian's side of a request that keeps what is sent."""

    def __init__(self) -> None:
        self.status, self.body = 0, b""

    def response_bytes(self, status: int, headers: object, body: bytes) -> None:
        self.status, self.body = status, body


class Programs:
    """The reports of programs, which run in groups."""

    def expects(self, environ: WSGIEnvironment) -> bool:
        return str(environ["PATH_INFO"]).startswith("/api/")

    def begin(self, group: Group[WSGIEnvironment]) -> Callable[[], Sequence[AnyResponse | None]]:
        raise AssertionError("no thread is free")


class Site:
    """A front with one thread, which a first request holds until the gate opens."""

    def __init__(self, **limits: int) -> None:
        self.gate, self.served = threading.Event(), list[str]()
        self.front = Front(
            self.app,
            "http://localhost",
            FrontLimits(body=100, threads=1, wait_within=LONG, **limits),
            together=[Programs()],
            lane_of=lambda environ: LANES.get(environ["PATH_INFO"], QueueLane.TEXT),
        )

    def app(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        self.gate.wait(LONG)
        self.served.append(environ["PATH_INFO"] + environ.get("QUERY_STRING", ""))
        start_response("200 OK", [])
        return [b"served"]

    async def ask(self, path: str, number: int = 0) -> tuple[int, bytes]:
        sender = Sent()
        environ = {"PATH_INFO": path, "QUERY_STRING": str(number), "wsgi.input": BytesIO()}
        found = await self.front._answer(environ, sender)  # type: ignore[arg-type]
        return (sender.status, sender.body) if found is None else (found[0], bytes(found[2]))  # type: ignore[arg-type]

    async def line_up(self, *paths: str) -> list[asyncio.Task[tuple[int, bytes]]]:
        """Ask for these in this order, behind a request that holds the thread."""
        tasks = []
        for number, path in enumerate(("/first/", *paths)):
            tasks.append(asyncio.create_task(self.ask(path, number)))
            await asyncio.sleep(0)
        return tasks


def test_danger_is_served_before_words_and_words_before_pages() -> None:
    site = Site()

    async def go() -> None:
        tasks = await site.line_up("/page/", "/page/", "/text/", "/text/", "/danger/", "/danger/")
        site.gate.set()
        assert {status for status, _ in await asyncio.gather(*tasks)} == {200}
        site.front._workers.stop()

    run(go)
    assert site.served[1:4] == ["/danger/5", "/danger/6", "/text/3"]
    assert site.served[4:] == ["/page/1", "/text/4", "/page/2"], (
        "every fourth turn is of whoever waits longest"
    )


def test_too_many_pages_are_refused_at_once_and_nothing_else_is() -> None:
    site = Site(pages_waiting=3)

    async def go() -> None:
        tasks = await site.line_up(*["/page/"] * 3)
        for _ in range(50):
            status, said = await site.ask("/page/")
            assert status == 503
            assert b"try again" in said
        tasks += [asyncio.create_task(site.ask(path)) for path in ("/text/", "/danger/")]
        await asyncio.sleep(0)
        site.gate.set()
        assert {status for status, _ in await asyncio.gather(*tasks)} == {200}
        assert (await site.ask("/page/"))[0] == 200, "and pages are served again"
        site.front._workers.stop()

    run(go)
    assert {"/text/0", "/danger/0"} <= set(site.served)


def test_programs_are_asked_early_to_send_a_report_again(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(programs_waiting=2)

    async def go() -> None:
        held = await site.line_up()
        waiting = [asyncio.create_task(site.ask("/api/v1/reports")) for _ in range(2)]
        await asyncio.sleep(0)
        status, said = await site.ask("/api/v1/reports")
        assert status == 503
        assert b"with the same key" in said
        for one in waiting:
            one.cancel()
        site.gate.set()
        await asyncio.gather(*held)
        site.front._workers.stop()

    run(go)


def test_a_flood_in_one_lane_never_holds_up_the_others_for_ever() -> None:
    """Whoever floods the address for people in danger would otherwise silence everybody else."""
    queue = LanedQueue[Queued]()
    for _ in range(100):
        queue.append(Queued(QueueLane.DANGER))
    queue.append(Queued(QueueLane.PAGE))
    queue.append(Queued(QueueLane.TEXT))
    taken = [queue.popleft().lane for _ in range(8)]
    assert QueueLane.PAGE in taken
    assert QueueLane.TEXT in taken
    while queue:
        queue.popleft()
    with pytest.raises(IndexError):
        queue.popleft()
