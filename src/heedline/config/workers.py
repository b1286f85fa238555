"""A small pool of request threads that reuses the most recently used thread first.

That thread, its database connection and the session behind it have just been used, so the processor still has at hand what
they need. The threads of an executor take turns, and then each of them, and each session of the database, finds less of
its memory in the processor's caches.
"""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop, Future
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any


class NoThread(Exception):
    """Raised when no thread becomes free in time."""


type _Job = tuple[Callable[[], Any], Future[Any]]


class Workers:
    """A pool of at most `most` threads. All methods must be called from one event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads: list[_Worker] = []
        self._idle: list[_Worker] = []
        self._waiting: deque[Future[_Worker]] = deque()

    async def run[T](self, what: Callable[[], T], *, within: float | None = None) -> T:
        """Run a function in one of the threads and return its result.

        Raises NoThread if none becomes free within so many seconds, and whatever is raised in the thread.
        """
        worker = self._free() or await self._next(within)
        done: Future[T] = asyncio.get_running_loop().create_future()
        worker.jobs.put((what, done))
        try:
            return await done
        finally:
            del done  # what is raised would hold this frame, and the frame what is raised

    def stop(self) -> None:
        """Stop each thread once its current job is done."""
        for worker in self._threads:
            worker.jobs.put(None)

    def _free(self) -> _Worker | None:
        """Return an idle thread, or None if all are busy."""
        if self._idle:
            return self._idle.pop()
        if len(self._threads) == self._most:
            return None
        worker = _Worker(asyncio.get_running_loop(), self._back)
        worker.start()
        self._threads.append(worker)
        return worker

    async def _next(self, within: float | None) -> _Worker:
        """Wait for a free thread, first come, first served."""
        turn: Future[_Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(within):
                await turn
        except BaseException as problem:
            if turn.done() and not turn.cancelled():
                self._back(turn.result())  # it became free in the moment in which the time was over
            if isinstance(problem, TimeoutError):
                raise NoThread from None
            raise
        return turn.result()

    def _back(self, worker: _Worker) -> None:
        """Hand a free thread to the next in line, or mark it as idle."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(worker)
                return
        self._idle.append(worker)


class _Worker(threading.Thread):
    """A thread that runs the jobs from its queue `jobs` one by one until it receives None."""

    def __init__(self, loop: AbstractEventLoop, back: Callable[[_Worker], None]) -> None:
        super().__init__(name="request", daemon=True)
        self.jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._loop, self._back = loop, back

    def run(self) -> None:
        while (job := self.jobs.get()) is not None:
            what, done = job
            found: Any = None
            failed: BaseException | None = None
            try:
                found = what()
            except BaseException as problem:  # it is raised where the result is awaited
                failed = problem
            with suppress(RuntimeError):  # the loop has ended, and nobody waits
                self._loop.call_soon_threadsafe(self._end, done, found, failed)
            del job, what, done, found, failed  # nothing of a request stays until the next one comes

    def _end(self, done: Future[Any], found: Any, failed: BaseException | None) -> None:
        self._back(self)
        if done.done():  # nobody waits any more
            return
        if failed is not None:
            done.set_exception(failed)
        else:
            done.set_result(found)
