"""Batching of concurrent requests, so that one thread runs waiting requests as a group.

Work that they have in common, such as committing to disk, is done once for all of them. A thread that does the same
thing several times in a row also finds more of what it needs in the processor's caches.
"""

from __future__ import annotations

import asyncio
import threading
import time
from asyncio import Future
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import takewhile

from heedline.gateway.workers import NoThread, Workers

#: Requests of one group at most: the first of them waits for the last.
MOST = 16
#: Groups at once: while one waits for the database, the next is begun.
AT_ONCE = 2
#: Groups at once, if those before them are held up.
AT_ONCE_IF_HELD_UP = 4
#: Seconds after which groups count as held up.
PATIENCE = 0.1
#: Seconds that a group gives the event loop to read what has arrived, which it can't do while a thread computes.
READING = 0.0005


class Group[T](list[T]):
    """The requests in one group. `grow` adds those that have arrived since the group was formed."""

    def __init__(self, requests: Iterable[T], arrived: Callable[[], Sequence[T]] = tuple) -> None:
        super().__init__(requests)
        self._arrived = arrived

    def grow(self) -> Sequence[T]:
        """Add the requests that are waiting now, unless the group is full, and return them."""
        more = self._arrived()
        self.extend(more)
        return more


class Groups[T, R]:
    """A queue that runs requests in groups, with all methods called from one event loop.

    `begin` is called in a thread with the requests of one group, which it may let grow, and returns a function that ends
    them and returns a result for each. If all results are None, the loop is not woken for them
    (`Workers.run_unhurried`). `begin` runs for one group at a time, unless it takes long. The functions that it returns
    run in parallel with it. A request fails with NoThread once it has waited for `within` seconds.
    """

    def __init__(
        self,
        workers: Workers,
        begin: Callable[[Group[T]], Callable[[], Sequence[R | None]]],
        *,
        within: float,
        most: int = MOST,
        at_once: int = AT_ONCE,
        patience: float = PATIENCE,
    ) -> None:
        self._workers, self._begin_group = workers, begin
        self._within, self._most, self._at_once, self._patience = within, most, at_once, patience
        self._waiting: deque[_Request[T, R]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._begins = self._looks = False
        self._running = self._recent = 0
        self._turn = threading.Lock()
        #: Guards `_waiting` and `_running`, so that no request is missed between a check and what follows from it.
        self._lock = threading.Lock()

    def waiting(self) -> int:
        """Return how many requests wait for a group."""
        return len(self._waiting)

    async def run(self, request: T) -> R | None:
        """Run a request with the next group and return its result.

        Raises NoThread if it has waited too long, and whatever is raised in the thread.
        """
        loop = asyncio.get_running_loop()
        one = _Request[T, R](request, loop.create_future(), loop.time())
        self._workers.settle()
        if not self._looks:
            self._looks = True
            loop.call_later(self._patience, self._look)
        with self._lock:
            self._waiting.append(one)
            begins = self._running < self._at_once and not self._begins
        if begins:
            self._begins = True
            loop.call_soon(self._start, self._at_once)  # those that came in the same moment are one group
        return await one.done

    def _start(self, at_once: int) -> None:
        """Start another group runner, unless no request is waiting or `at_once` of them are running."""
        self._begins = False
        with self._lock:
            if not self._waiting or self._running >= at_once:
                return
            self._running += 1
        task = asyncio.get_running_loop().create_task(self._run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _look(self) -> None:
        """Fail requests that have waited too long, and start another runner if groups are held up."""
        loop = asyncio.get_running_loop()
        with self._lock:  # a thread stops if the queue is empty, so only take out what is late
            late = [*takewhile(lambda one: one.since + self._within <= loop.time(), self._waiting)]
            for _ in late:
                self._waiting.popleft()
            held_up = bool(self._waiting) and self._waiting[0].since + self._patience <= loop.time()
            self._looks = bool(self._waiting)
        for one in late:
            _fail([one], NoThread())
        if held_up:
            self._start(AT_ONCE_IF_HELD_UP)
        if self._looks:
            loop.call_later(self._patience, self._look)

    async def _run(self) -> None:
        """Run groups in worker threads, one at a time, until no request is waiting."""
        loop = asyncio.get_running_loop()
        try:
            while await self._workers.run_unhurried(lambda: self._work(loop), within=self._within):
                pass  # it gave its thread to another job, and now queues for one again
        except NoThread:  # `_look` fails the requests that have waited too long
            self._end_run()
            self._start(self._at_once)
        except BaseException as problem:  # no thread could be started: fail the waiting requests
            self._end_run()
            _fail(self._take(self._most), problem)
            raise

    def _end_run(self) -> None:
        with self._lock:
            self._running -= 1

    def _work(self, loop: asyncio.AbstractEventLoop) -> bool | None:
        """Run groups in this thread until no request is waiting.

        Returns True before that if another job is waiting for a thread, so that the job gets this one.
        """
        while True:
            with self._lock:
                if not self._waiting:
                    self._running -= 1
                    return None
            self._work_once(loop)
            if self._workers.others_wait():
                return True

    def _work_once(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run one group in this thread and deliver its results."""
        group: list[_Request[T, R]] = []
        in_turn = self._turn.acquire(timeout=self._patience)
        with suppress(RuntimeError):  # the loop has ended, so nothing is waiting
            try:
                try:
                    arrived = partial(self._arrived, group)
                    first = arrived()
                    if not first:
                        return
                    end = self._begin_group(Group(first, arrived))
                    self._recent = max(len(group), self._recent // 2)
                finally:
                    if in_turn:
                        self._turn.release()
                results = end()
            except BaseException as problem:  # it is raised where the result is awaited
                loop.call_soon_threadsafe(_fail, group, problem)
                return
            if all(result is None for result in results):
                for one in group:
                    self._workers.settle_later(one.done)
            else:
                loop.call_soon_threadsafe(_answer, group, results)

    def _arrived(self, group: list[_Request[T, R]]) -> Sequence[T]:
        """Move waiting requests into a group, up to its limit, and return them.

        If none are waiting, the loop first gets time to read some, unless the group is only just being formed or
        requests come one at a time.
        """
        more = self._take(self._most - len(group))
        if not more and 0 < len(group) < self._most and max(len(group), self._recent) > 1:
            time.sleep(READING)
            more = self._take(self._most - len(group))
        group += more
        return [one.request for one in more]

    def _take(self, most: int) -> Sequence[_Request[T, R]]:
        """Remove up to `most` requests from the front of the queue, and return them."""
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]


class _Request[T, R]:
    """A queued request, with the future for its result and the time when it was queued."""

    __slots__ = ("done", "request", "since")

    def __init__(self, request: T, done: Future[R | None], since: float) -> None:
        self.request, self.done, self.since = request, done, since


def _answer[T, R](group: Sequence[_Request[T, R]], results: Sequence[R | None]) -> None:
    for one, result in zip(group, results, strict=True):
        if not one.done.done():  # nobody waits for it any more
            one.done.set_result(result)


def _fail[T, R](group: Sequence[_Request[T, R]], problem: BaseException) -> None:
    for one in group:
        if not one.done.done():
            one.done.set_exception(problem)
