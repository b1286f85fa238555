"""Tests for groups of requests: who runs together, that every request gets its own result, and that none waits for ever."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable, Sequence
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from heedline.gateway.front import AnyResponse, Front, FrontLimits
from heedline.gateway.groups import READING, Group, Groups
from heedline.gateway.workers import NoThread, Workers
from tests.laws.test_workers import LONG, Thing, run

type Begin = Callable[[Sequence[int]], Callable[[], list[int]]]


class Ran:
    """What runs a group: notes it, waits at a gate, and answers each request with its double."""

    def __init__(self, *, begin: threading.Event | None = None, end: threading.Event | None = None) -> None:
        self.groups: list[list[int]] = []
        self.ended = 0
        self._begin, self._end = begin, end

    def __call__(self, group: Sequence[int]) -> Callable[[], list[int]]:
        self.groups.append(list(group))
        if self._begin is not None:
            assert self._begin.wait(LONG)

        def end() -> list[int]:
            if self._end is not None:
                assert self._end.wait(LONG)
            self.ended += 1
            return [2 * one for one in group]

        return end


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(LONG):
        while not holds():
            await asyncio.sleep(0.001)


def test_those_that_come_while_a_group_begins_are_the_next_group() -> None:
    async def go() -> None:
        gate, workers = threading.Event(), Workers(8)
        ran = Ran(begin=gate)
        groups = Groups(workers, ran, within=LONG, most=8, patience=LONG)
        several = [asyncio.create_task(groups.run(number)) for number in range(20)]
        await until(lambda: ran.groups)
        several += [asyncio.create_task(groups.run(number)) for number in range(20, 30)]
        await asyncio.sleep(0)
        gate.set()
        assert await asyncio.gather(*several) == [2 * number for number in range(30)]
        assert [len(group) for group in ran.groups] == [8, 8, 8, 6]
        assert [number for group in ran.groups for number in group] == list(range(30)), (
            "first come, first served"
        )
        assert await groups.run(7) == 14, "and later by itself"
        workers.stop()

    run(go)


def growing(group: Group[int]) -> Callable[[], list[int]]:
    """Run a group that takes in what arrives, a millisecond for each request."""
    more: Sequence[int] = [*group]
    while more:
        time.sleep(0.001 * len(more))
        more = group.grow()
    sizes = len(group)
    return lambda: [sizes] * sizes


def test_a_group_takes_in_what_arrives_until_nothing_is_waiting() -> None:
    async def go() -> None:
        gate, workers = threading.Event(), Workers(8)

        def begin(group: Group[int]) -> Callable[[], list[int]]:
            assert gate.wait(LONG)
            return growing(group)

        groups = Groups(workers, begin, within=LONG, most=8, patience=LONG)
        several = [asyncio.create_task(groups.run(0))]
        await asyncio.sleep(0.01)
        several += [asyncio.create_task(groups.run(number)) for number in range(1, 12)]
        await asyncio.sleep(0)
        gate.set()
        assert await asyncio.gather(*several) == [8] * 8 + [4] * 4
        workers.stop()

    run(go)


def test_a_flood_keeps_no_group_from_being_answered() -> None:
    """While requests arrive faster than they are run, a group ends at its limit, and they are answered in turn."""

    async def go() -> None:
        workers, over, ran = Workers(8), False, list[int]()

        def begin(group: Group[int]) -> Callable[[], list[int]]:
            end = growing(group)
            ran.extend(group)
            return end

        groups = Groups(workers, begin, within=LONG, most=4, patience=LONG)

        async def flood() -> None:
            while not over:
                assert (await groups.run(1) or 0) <= 4

        floods = [asyncio.create_task(flood()) for _ in range(40)]
        await until(lambda: len(ran) > 40)
        before, ahead = len(ran), len(groups._waiting)
        assert await groups.run(2) == 4
        assert ran.index(2) - before < ahead + 2 * 4, "nobody who came later was run before it"
        over = True
        await asyncio.gather(*floods)
        workers.stop()

    run(go)


def test_a_request_on_its_own_waits_for_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        waits: list[float] = []
        workers = Workers(8)

        def begin(group: Group[int]) -> Callable[[], list[int]]:
            assert not group.grow()
            return lambda: [1] * len(group)

        groups = Groups(workers, begin, within=LONG, patience=LONG)
        monkeypatch.setattr("heedline.gateway.groups.time.sleep", waits.append)
        for _ in range(3):
            assert await groups.run(1) == 1
        assert waits == []
        await asyncio.gather(groups.run(1), groups.run(1))
        assert waits == [READING], "once for a group of several, and no more"
        workers.stop()

    run(go)


def test_a_group_begins_while_another_one_is_stored() -> None:
    async def go() -> None:
        gate, workers = threading.Event(), Workers(8)
        ran = Ran(end=gate)
        groups = Groups(workers, ran, within=LONG, patience=LONG)
        first = asyncio.create_task(groups.run(1))
        await until(lambda: ran.groups)
        second, third = (asyncio.create_task(groups.run(number)) for number in (2, 3))
        await until(lambda: len(ran.groups) == 2)
        assert (ran.groups, ran.ended) == ([[1], [2, 3]], 0)
        gate.set()
        assert await asyncio.gather(first, second, third) == [2, 4, 6]
        workers.stop()

    run(go)


def test_nobody_waits_for_groups_that_are_held_up() -> None:
    async def go() -> None:
        gate, workers = threading.Event(), Workers(8)
        ran = Ran(begin=gate)
        groups = Groups(workers, ran, within=LONG, patience=0.01)
        held: list[asyncio.Task[int]] = []
        for number in range(4):
            held.append(asyncio.create_task(groups.run(number)))
            await until(lambda: len(ran.groups) == len(held))
        assert threading.active_count() > 4
        gate.set()
        assert await asyncio.gather(*held) == [0, 2, 4, 6]
        workers.stop()

    run(go)


def test_whoever_waits_too_long_is_told() -> None:
    """Threads for other requests are left, and those who are told have not been begun."""

    async def go() -> None:
        gate, workers = threading.Event(), Workers(8)
        ran = Ran(begin=gate)
        groups = Groups(workers, ran, within=0.3, patience=0.01)
        several: list[asyncio.Task[int]] = []
        for number in range(4):
            several.append(asyncio.create_task(groups.run(number)))
            await until(lambda: len(ran.groups) == len(several))
        for _ in range(3):
            with pytest.raises(NoThread):
                await groups.run(9)
        assert await workers.run(lambda: 5) == 5
        gate.set()
        assert await asyncio.gather(*several) == [0, 2, 4, 6]
        assert await groups.run(7) == 14
        assert [9] not in ran.groups
        workers.stop()

    run(go)


def test_when_no_thread_becomes_free_everybody_is_told() -> None:
    async def go() -> None:
        gate, workers, ran = threading.Event(), Workers(1), Ran()
        busy = asyncio.create_task(workers.run(lambda: gate.wait(LONG)))
        await asyncio.sleep(0)
        groups = Groups(workers, ran, within=0.05, patience=0.01)
        several = await asyncio.gather(*(groups.run(number) for number in range(20)), return_exceptions=True)
        assert {type(one) for one in several} == {NoThread}
        gate.set()
        await busy
        assert await groups.run(3) == 6
        workers.stop()

    run(go)


@pytest.mark.parametrize("problem", [ZeroDivisionError, SystemExit])
@pytest.mark.parametrize("where", ["begin", "end"])
def test_what_is_raised_is_raised_for_each_request_of_the_group(
    where: str, problem: type[BaseException]
) -> None:
    def failing(group: Sequence[int]) -> Callable[[], list[int]]:
        def fail() -> list[int]:
            raise problem

        if where == "begin":
            fail()
        return fail

    async def go() -> None:
        workers = Workers(1)
        groups = Groups(workers, failing, within=LONG)

        async def told(number: int) -> bool:
            try:
                await groups.run(number)
            except BaseException as found:
                return type(found) is problem
            return False

        assert await asyncio.gather(*(told(number) for number in range(3))) == [True] * 3
        assert await told(4)
        workers.stop()

    run(go)


def test_whoever_no_longer_waits_changes_nothing_for_the_others() -> None:
    async def go() -> None:
        gate, workers = threading.Event(), Workers(8)
        ran = Ran(begin=gate)
        groups = Groups(workers, ran, within=LONG, patience=LONG)
        gone, stays = (asyncio.create_task(groups.run(number)) for number in range(2))
        await until(lambda: ran.groups)
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone
        gate.set()
        assert await stays == 2
        workers.stop()

    run(go)


def test_nothing_of_a_request_stays() -> None:
    async def go() -> None:
        workers = Workers(1)
        groups: Groups[Thing, int] = Groups(workers, lambda group: lambda: [1] * len(group), within=LONG)
        gc.disable()  # it goes by itself, and not with the next collection
        try:
            thing = Thing()
            seen = weakref.ref(thing)
            assert await groups.run(thing) == 1
            del thing
            await until(lambda: seen() is None)
        finally:
            gc.enable()
        workers.stop()

    run(go)


def test_somebody_who_waits_for_a_thread_gets_it_though_groups_never_end() -> None:
    async def go() -> None:
        workers = Workers(2)
        over, groups_run = False, 0

        def begin(group: Sequence[int]) -> Callable[[], Sequence[int]]:
            nonlocal groups_run
            time.sleep(0.002)  # more requests arrive meanwhile
            groups_run += 1
            return lambda: group

        async def flood(groups: Groups[int, int]) -> None:
            while not over:
                await groups.run(1)

        groups = Groups(workers, begin, within=LONG, most=2)
        floods = [asyncio.create_task(flood(groups)) for _ in range(12)]
        await until(lambda: groups_run > 20)
        try:
            assert await workers.run(lambda: 5, within=1) == 5
        finally:
            over = True
        await asyncio.gather(*floods)
        workers.stop()

    run(go)


def test_groups_go_on_after_no_thread_could_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        workers, ran = Workers(4), Ran()
        groups = Groups(workers, ran, within=LONG, patience=0.01)
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)

        def refuse(_: object) -> None:
            raise RuntimeError("can't start new thread")

        with monkeypatch.context() as patch:
            patch.setattr("heedline.gateway.workers._Worker.start", refuse)
            for _ in range(6):
                with pytest.raises(RuntimeError):
                    async with asyncio.timeout(1):
                        await groups.run(1)
        async with asyncio.timeout(1):
            assert await groups.run(7) == 14
        workers.stop()

    run(go)


class Sent:
    """A stand-in for Granian's side of a request that collects what is sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def response_bytes(self, status: int, headers: object, body: bytes) -> None:
        assert status == 200
        self.bodies.append(body)


class NobodyTogether:
    """A kind of request of which all but the first in a group have to run separately in the end."""

    def expects(self, environ: WSGIEnvironment) -> bool:
        return True

    def begin(self, group: Sequence[WSGIEnvironment]) -> Callable[[], list[AnyResponse | None]]:
        return lambda: [(200, [], b"in a group"), *(None for _ in group[1:])]


class GrowingTogether:
    """A kind of request whose groups wait at a gate, and then take in what has arrived."""

    def __init__(self) -> None:
        self.gate, self.groups = threading.Event(), list[Group[WSGIEnvironment]]()

    def expects(self, environ: WSGIEnvironment) -> bool:
        return True

    def begin(self, group: Group[WSGIEnvironment]) -> Callable[[], list[AnyResponse | None]]:
        self.groups.append(group)
        assert self.gate.wait(LONG)
        while group.grow():
            pass
        return lambda: [(200, [], environ["wsgi.input"].read()) for environ in group]


class Body(Sent):
    """The same, with the body of the request, which comes in parts."""

    def __init__(self, *parts: bytes, rest: asyncio.Event | None = None) -> None:
        super().__init__()
        self._parts, self._rest = parts, rest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part
        if self._rest is not None:
            await self._rest.wait()
            yield b"!"


def test_a_slow_sender_is_not_waited_for_and_each_gets_its_own_response() -> None:
    async def go() -> None:
        together, rest = GrowingTogether(), asyncio.Event()
        front = Front(lambda *_: [], "http://localhost", FrontLimits(body=9), together=[together])

        async def ask(sender: Body, length: int) -> object:
            return await front._answer({"CONTENT_LENGTH": str(length), "PATH_INFO": "/"}, sender)  # type: ignore[arg-type]

        slow = Body(b"slow", rest=rest)
        late = asyncio.create_task(ask(slow, 5))
        first, *others = senders = [Body(b"%d" % number) for number in range(6)]
        several = [asyncio.create_task(ask(first, 1))]
        await until(lambda: together.groups)
        several += [asyncio.create_task(ask(one, 1)) for one in others]
        await until(lambda: len(front._groups[0][1]._waiting) == len(others))
        together.gate.set()
        await asyncio.gather(*several)
        assert [one.bodies for one in senders] == [[b"%d" % number] for number in range(6)]
        assert [len(group) for group in together.groups] == [6]
        assert not late.done()
        rest.set()
        await late
        assert slow.bodies == [b"slow!"]
        front._workers.stop()

    run(go)


def test_requests_that_a_group_leaves_over_run_by_themselves_and_beside_each_other() -> None:
    both = threading.Barrier(2)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        both.wait(LONG)
        start_response("200 OK", [])
        return [b"by itself"]

    async def go() -> None:
        front = Front(app, "http://localhost", FrontLimits(body=1), together=[NobodyTogether()])
        senders = [Sent() for _ in range(3)]
        found = await asyncio.gather(*(front._in_thread({}, one) for one in senders))  # type: ignore[arg-type]
        assert found == [None] * 3
        assert [one.bodies for one in senders] == [[b"in a group"], [b"by itself"], [b"by itself"]]
        front._workers.stop()

    run(go)
