"""Tests for request threads: which thread takes a request, how long a request waits, and that none is lost."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from heedline.gateway import workers as workers_module
from heedline.gateway.workers import NoThread, Workers

#: Seconds that nothing here takes unless something is wrong, however busy the machine is.
LONG = 60


def run(go: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a test's coroutine in a thread of its own: a browser of an earlier test may keep a loop in this one."""
    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(go())).result()


def here() -> int:
    return threading.get_ident()


def test_the_thread_that_was_used_last_is_used_next() -> None:
    async def go() -> None:
        workers, both = Workers(8), threading.Barrier(3)
        held = [asyncio.create_task(workers.run(lambda: (both.wait(LONG), here())[1])) for _ in range(2)]
        await asyncio.sleep(0)
        await asyncio.to_thread(both.wait, LONG)
        two = {await one for one in held}
        assert len(two) == 2
        assert len({await workers.run(here) for _ in range(20)}) == 1
        assert await workers.run(here) in two
        workers.stop()

    run(go)


def waiting_behind_a_gate(threads: int) -> tuple[list[int], list[int]]:
    """Queue twelve requests for so many threads; return the order in which they ran, and the threads that ran them."""
    order, used = list[int](), list[int]()

    async def go() -> None:
        workers, gate = Workers(threads), threading.Event()

        def work(number: int) -> Callable[[], int]:
            return lambda: (gate.wait(LONG), order.append(number), here())[2]

        tasks = [asyncio.create_task(workers.run(work(number))) for number in range(12)]
        await asyncio.sleep(0)  # each has begun, and those without a thread wait
        gate.set()
        used.extend(await asyncio.gather(*tasks))
        workers.stop()

    run(go)
    return order, used


def test_there_are_never_more_threads_than_allowed() -> None:
    order, used = waiting_behind_a_gate(2)
    assert sorted(order) == list(range(12))
    assert len(set(used)) <= 2


def test_requests_that_wait_are_served_in_the_order_of_their_arrival() -> None:
    order, _ = waiting_behind_a_gate(1)  # with more, the system decides which thread gets on first
    assert order == list(range(12))


def test_whoever_waits_too_long_is_told_and_no_thread_is_lost() -> None:
    async def go() -> None:
        workers, gate = Workers(1), threading.Event()
        busy = asyncio.create_task(workers.run(lambda: gate.wait(LONG)))
        await asyncio.sleep(0)
        for _ in range(20):
            with pytest.raises(NoThread):
                await workers.run(here, within=0.001)
        gate.set()
        await busy
        assert await workers.run(here, within=LONG) != here()
        workers.stop()

    run(go)


def test_a_request_that_is_cancelled_in_line_is_not_run_and_takes_no_thread() -> None:
    async def go() -> None:
        workers, gate, ran = Workers(1), threading.Event(), list[str]()
        busy = asyncio.create_task(workers.run(lambda: gate.wait(LONG)))
        await asyncio.sleep(0)
        late = asyncio.create_task(workers.run(lambda: ran.append("late")))
        after = asyncio.create_task(workers.run(here, within=LONG))
        await asyncio.sleep(0)
        late.cancel()
        with pytest.raises(asyncio.CancelledError):
            await late
        gate.set()
        await busy
        assert await after == await workers.run(here, within=LONG)
        assert not ran
        workers.stop()

    run(go)


def test_threads_take_requests_in_line_while_the_loop_is_held_up() -> None:
    async def go() -> None:
        workers, gate, all_done = Workers(2), threading.Event(), threading.Barrier(3)
        wait, order = [*range(8)], list[int]()

        def work(number: int) -> None:
            gate.wait(LONG)
            order.append(number)
            if number >= 6:
                all_done.wait(LONG)

        tasks = [asyncio.create_task(workers.run_unhurried(lambda n=n: work(n))) for n in wait]
        await asyncio.sleep(0)
        gate.set()
        all_done.wait(LONG)  # the loop does nothing meanwhile
        assert sorted(order) == wait
        await asyncio.gather(*tasks)
        workers.stop()

    run(go)


def test_an_unhurried_result_is_returned_without_waking_the_loop() -> None:
    async def go() -> None:
        workers, loop, woken = Workers(1), asyncio.get_running_loop(), list[object]()
        call = loop.call_soon_threadsafe
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                loop, "call_soon_threadsafe", lambda *of, **how: (woken.append(of), call(*of, **how))[1]
            )
            assert await workers.run_unhurried(lambda: None) is None
            assert not woken
            assert await workers.run_unhurried(lambda: 1) == 1
            assert len(woken) == 1
            with pytest.raises(ZeroDivisionError):
                await workers.run_unhurried(lambda: 1 // 0)
            assert len(woken) == 2
        workers.stop()

    run(go)


def test_an_unhurried_result_is_returned_with_the_next_request() -> None:
    async def go() -> None:
        workers, done = Workers(1), threading.Event()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workers_module, "FOUND_WITHIN", LONG)
            first = asyncio.create_task(workers.run_unhurried(done.set))
            while not workers._ended:
                await asyncio.sleep(0.001)
            assert not first.done()
            await workers.run(here)
            assert first.done()
        workers.stop()

    run(go)


def test_what_is_raised_is_raised_where_it_is_awaited() -> None:
    async def go() -> None:
        workers = Workers(1)
        for problem in (ZeroDivisionError, TimeoutError, asyncio.CancelledError):

            def fail(problem: type[BaseException] = problem) -> None:
                raise problem

            with pytest.raises(problem):
                await workers.run(fail, within=LONG)
        assert await workers.run(here)
        workers.stop()

    run(go)


class Thing:
    """An object that belongs to a request."""


def test_nothing_of_a_request_stays_in_its_thread() -> None:
    async def go() -> None:
        workers = Workers(1)
        gc.disable()  # it goes by itself, and not with the next collection
        try:
            for fails in (False, True):
                thing = Thing()
                seen = weakref.ref(thing)

                def work(thing: Thing = thing, fails: bool = fails) -> Thing:
                    if fails:
                        raise ZeroDivisionError(thing)
                    return thing

                with contextlib.suppress(ZeroDivisionError):
                    await workers.run(work)
                del thing, work
                async with asyncio.timeout(LONG):  # the thread lets go a moment after it has told the result
                    while seen() is not None:
                        await asyncio.sleep(0.001)
        finally:
            gc.enable()
        workers.stop()

    run(go)
