"""Work that pages leave for later is done while no page is being served, in the page's session, for a limited time.

No test waits: the clock of the loop and of the idle work moves on at once to the next moment at which something happens.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from types import SimpleNamespace
from wsgiref.types import WSGIEnvironment

import pytest

from heedline.gateway import idle_work
from heedline.gateway.idle_work import IdleWork
from heedline.web.afterwards import AFTERWARDS, AUTOMATIC, COOKIE

PAGE: WSGIEnvironment = {
    "REQUEST_METHOD": "POST",
    "PATH_INFO": "/w/q/north/",
    "QUERY_STRING": "page=2",
    "CONTENT_LENGTH": "3",
    "HTTP_HOST": "office.example",
    "HTTP_COOKIE": "other=1; session=one",
    "HTTP_HX_REQUEST": "true",
    "SERVER_NAME": "office.example",
    "wsgi.input": BytesIO(b"a=b"),
    AFTERWARDS: "/w/index/step/",
    COOKIE: "session=one",
}


def page_of(session: str) -> WSGIEnvironment:
    return {**PAGE, COOKIE: f"session={session}"}


class Steps:
    """A server that notes the requests for idle work and responds with these statuses."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.seen: list[WSGIEnvironment] = []

    async def respond(self, environ: WSGIEnvironment) -> int:
        self.seen.append(environ)
        return self.statuses.pop(0)

    @property
    def sessions(self) -> list[str]:
        return [one["HTTP_COOKIE"].removeprefix("session=") for one in self.seen]


class Skipping(selectors.SelectSelector):
    """A selector that does not sleep: it moves the clock on by as long as it would have slept."""

    now = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "nothing will ever happen again"
        self.now += max(timeout, 0)
        return super().select(0)


class SkippingLoop(asyncio.SelectorEventLoop):
    """A loop with a clock of its own, which only waiting moves."""

    def __init__(self) -> None:
        self._skipping = Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.now


@pytest.fixture(autouse=True)
def _the_clock_of_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        idle_work, "time", SimpleNamespace(monotonic=lambda: asyncio.get_running_loop().time())
    )


def during(steps: Steps, do: Callable[[IdleWork], Awaitable[None]], **times: float) -> None:
    """Run `do` with idle work that `steps` does, and cancel what is left of it."""

    async def run() -> None:
        work = IdleWork(steps.respond, **{"quiet": 0.02, "patience": 5.0, "within": 5.0, **times})
        await do(work)
        work.stop()

    def apart() -> None:
        with asyncio.Runner(loop_factory=SkippingLoop) as runner:
            runner.run(run())

    with ThreadPoolExecutor(1) as pool:  # a browser of an earlier test may keep a loop in this thread
        pool.submit(apart).result()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


def test_steps_follow_a_page_until_nothing_is_waiting() -> None:
    steps = Steps(202, 202, 204, 204)

    async def do(work: IdleWork) -> None:
        work.follow(PAGE)
        await until(lambda: len(steps.seen) == 3)
        await asyncio.sleep(0.1)

    during(steps, do)
    assert len(steps.seen) == 3
    first = steps.seen[0]
    assert (first["REQUEST_METHOD"], first["PATH_INFO"], first["QUERY_STRING"]) == (
        "GET",
        "/w/index/step/",
        "",
    )
    assert first[AUTOMATIC] is True
    assert first["wsgi.input"].read() == b""
    passed_on = {name: value for name, value in first.items() if name.startswith(("HTTP_", "CONTENT_"))}
    assert passed_on == {"HTTP_HOST": "office.example", "HTTP_COOKIE": "session=one"}
    assert first["SERVER_NAME"] == "office.example"
    assert AFTERWARDS not in first


def test_a_page_that_left_nothing_is_followed_by_nothing() -> None:
    steps = Steps()

    async def do(work: IdleWork) -> None:
        work.follow({**PAGE, AFTERWARDS: ""})
        work.follow({name: value for name, value in PAGE.items() if name != AFTERWARDS})
        await asyncio.sleep(0.1)

    during(steps, do)
    assert steps.seen == []


def test_no_step_begins_while_a_page_is_being_served_but_none_waits_for_ever() -> None:
    steps = Steps(202, 204)
    counts: list[int] = []

    async def do(work: IdleWork) -> None:
        work.page_begins()
        work.follow(PAGE)
        await asyncio.sleep(0.15)
        counts.append(len(steps.seen))
        await until(lambda: len(steps.seen) == 1)  # its patience has ended
        work.page_ends()
        await until(lambda: len(steps.seen) == 2)

    during(steps, do, patience=0.4)
    assert counts == [0]


def test_two_pages_of_one_session_are_followed_once_and_two_sessions_one_after_the_other() -> None:
    running: list[int] = []

    class Slow(Steps):
        async def respond(self, environ: WSGIEnvironment) -> int:
            running.append(1)
            assert len(running) == 1
            await asyncio.sleep(0.02)
            running.pop()
            return await super().respond(environ)

    steps = Slow(*[204] * 4)

    async def do(work: IdleWork) -> None:
        for session, others in (("one", "a=1"), ("one", "a=2; b=1"), ("two", "")):
            work.follow({**page_of(session), "HTTP_COOKIE": others})
        await asyncio.sleep(0.3)

    during(steps, do)
    assert steps.sessions == ["one", "two"]


def test_sessions_take_turns() -> None:
    steps = Steps(202, 202, 202, 204, 204, 204)

    async def do(work: IdleWork) -> None:
        for session in ("one", "two", "three"):
            work.follow(page_of(session))
        await until(lambda: len(steps.seen) == 6)

    during(steps, do)
    assert steps.sessions == ["one", "two", "three"] * 2


def test_a_session_whose_turn_comes_too_late_is_forgotten() -> None:
    class Slow(Steps):
        async def respond(self, environ: WSGIEnvironment) -> int:
            status = await super().respond(environ)
            await ended.wait()
            return status

    steps, ended = Slow(*[204] * 3), asyncio.Event()

    async def do(work: IdleWork) -> None:
        for session in ("one", "two"):
            work.follow(page_of(session))
        await asyncio.sleep(0.4)
        work.follow(page_of("three"))
        ended.set()
        await until(lambda: len(steps.seen) == 2)
        await asyncio.sleep(0.1)

    during(steps, do, within=0.3)
    assert steps.sessions == ["one", "three"]


def test_a_page_during_the_last_step_is_followed_by_another() -> None:
    class Finishing(Steps):
        async def respond(self, environ: WSGIEnvironment) -> int:
            if not self.seen:
                work[0].follow(PAGE)  # what it left, the step may already have passed
            return await super().respond(environ)

    steps, work = Finishing(204, 204), list[IdleWork]()

    async def do(made: IdleWork) -> None:
        work.append(made)
        made.follow(PAGE)
        await until(lambda: len(steps.seen) == 2)

    during(steps, do)


def test_a_step_that_fails_ends_the_work_of_its_session_alone() -> None:
    class Failing(Steps):
        async def respond(self, environ: WSGIEnvironment) -> int:
            if await super().respond(environ) == 500:
                raise RuntimeError
            return 204

    steps = Failing(500, 204, 204)

    async def do(work: IdleWork) -> None:
        work.follow(page_of("one"))
        work.follow(page_of("two"))
        await until(lambda: len(steps.seen) == 2)
        work.follow(page_of("three"))
        await until(lambda: len(steps.seen) == 3)

    during(steps, do)


def test_no_step_begins_after_the_end_of_the_process_has_begun_but_one_is_finished() -> None:
    class Slow(Steps):
        async def respond(self, environ: WSGIEnvironment) -> int:
            status = await super().respond(environ)
            await asyncio.sleep(0.1)
            finished.append(status)
            return status

    steps, finished = Slow(202, 202), list[int]()

    async def do(work: IdleWork) -> None:
        work.follow(page_of("one"))
        await until(lambda: len(steps.seen) == 1)
        left = work.stop()
        work.follow(page_of("two"))  # its page was in progress
        assert not (await asyncio.wait(left, timeout=2))[1]
        await asyncio.sleep(0.1)

    during(steps, do)
    assert (finished, steps.sessions) == ([202], ["one"])


def test_steps_end_some_time_after_the_last_page() -> None:
    steps = Steps(*[202] * 1000)

    async def do(work: IdleWork) -> None:
        work.follow(PAGE)
        await asyncio.sleep(0.3)
        done = len(steps.seen)
        await asyncio.sleep(0.1)
        assert len(steps.seen) == done
        assert done

    during(steps, do, within=0.1, quiet=0.005)


def test_a_session_that_has_ended_is_not_asked_again() -> None:
    steps = Steps(302, 302)

    async def do(work: IdleWork) -> None:
        work.follow(PAGE)
        await asyncio.sleep(0.2)

    during(steps, do)
    assert len(steps.seen) == 1
