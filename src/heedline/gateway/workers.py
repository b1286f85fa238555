"""A small pool of request threads that reuses the most recently used thread first.

That thread, its database connection and its database session have just been used, so much of what they need is still in
the processor's caches. An executor would use its threads in turn, so that each thread and each session would find less
there.
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

from heedline.gateway.lanes import LanedQueue, Queued, QueueLane


class NoThread(Exception):
    """Raised when no thread becomes free in time."""


#: Seconds within which the loop notices a result that it isn't woken for.
FOUND_WITHIN = 0.05


class Workers:
    """A pool of at most `most` threads.

    Call its public methods from one event loop, unless they say otherwise.
    A thread that has finished a job takes the next one in the queue itself, without waking the loop.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads: list[_Worker] = []
        self._idle: list[_Worker] = []
        self._waiting: LanedQueue[_Job] = LanedQueue()
        self._ended: deque[Future[Any]] = deque()
        self._unhurried = 0
        self._looks = False

    async def run[T](
        self, what: Callable[[], T], *, within: float | None = None, lane: QueueLane = QueueLane.TEXT
    ) -> T:
        """Run a function in one of the threads and return its result.

        Raises NoThread if none becomes free within so many seconds, and whatever is raised in the thread.
        """
        result: T = await self._run(
            _Job(what, asyncio.get_running_loop().create_future(), lane, wakes=True), within
        )
        return result

    async def run_unhurried[T](
        self, what: Callable[[], T | None], *, within: float | None = None, lane: QueueLane = QueueLane.TEXT
    ) -> T | None:
        """Run a function like `run`, but without waking the loop to return None.

        None is returned when the next function is run, or after `FOUND_WITHIN` seconds at the latest.
        """
        self._unhurried += 1
        self._look_later()
        try:
            result: T | None = await self._run(
                _Job(what, asyncio.get_running_loop().create_future(), lane, wakes=False), within
            )
            return result
        finally:
            self._unhurried -= 1

    def settle(self) -> None:
        """Complete the futures that the loop was not woken for."""
        while self._ended:
            done = self._ended.popleft()
            if not done.done():  # still awaited
                done.set_result(None)

    def settle_later(self, done: Future[Any]) -> None:
        """Complete a future with None later, without waking the loop.

        A running job may call this in its thread.
        """
        self._ended.append(done)

    def others_wait(self) -> bool:
        """Return whether any job is waiting for a thread. May be called from any thread."""
        return bool(self._waiting)

    def waiting(self, lane: QueueLane) -> int:
        """Return how many jobs of a lane wait for a thread."""
        return self._waiting.waiting(lane)

    def stop(self) -> None:
        """Stop each thread once it has no jobs left."""
        for worker in self._threads:
            worker.jobs.put(None)

    async def _run(self, job: _Job, within: float | None) -> Any:
        self.settle()
        late = None
        worker = None if self._waiting else self._free()
        if worker is not None:
            worker.jobs.put(job)
        else:
            self._waiting.append(job)
            if within is not None:
                late = asyncio.get_running_loop().call_later(within, self._give_up, job)
            self._pair()  # a thread may have become idle just before it could see the job
        try:
            return await job.done
        except asyncio.CancelledError:
            self._withdraw(job)
            raise
        finally:
            if late is not None:
                late.cancel()
            del job  # an exception would hold this frame, and the frame the exception

    def _free(self) -> _Worker | None:
        """Return an idle thread, or None if all are busy."""
        if self._idle:
            return self._idle.pop()
        if len(self._threads) == self._most:
            return None
        worker = _Worker(asyncio.get_running_loop(), self)
        worker.start()
        self._threads.append(worker)
        return worker

    def _pair(self) -> None:
        """Give queued jobs to idle threads."""
        while self._waiting and self._idle:
            worker = self._idle.pop()
            try:
                worker.jobs.put(self._waiting.popleft())
            except IndexError:  # another thread has just taken it
                self._idle.append(worker)

    def _give_up(self, job: _Job) -> None:
        if self._withdraw(job) and not job.done.done():
            job.done.set_exception(NoThread())

    def _withdraw(self, job: _Job) -> bool:
        """Remove a job from the queue, or return False if a thread has taken it."""
        try:
            self._waiting.remove(job)
        except ValueError:
            return False
        return True

    def _next(self, worker: _Worker) -> _Job | None:
        """Return the next queued job for a thread, or mark the thread as idle. Called in that thread."""
        try:
            return self._waiting.popleft()
        except IndexError:
            self._idle.append(worker)
            return None

    def _look_later(self) -> None:
        if not self._looks:
            self._looks = True
            asyncio.get_running_loop().call_later(FOUND_WITHIN, self._look)

    def _look(self) -> None:
        """Complete the pending futures, and check again later while a `run_unhurried` job is running."""
        self._looks = False
        self.settle()
        if self._unhurried:
            self._look_later()


class _Job(Queued):
    """A function to run, the future for its result, and whether to wake the loop if the result is None."""

    __slots__ = ("done", "wakes", "what")

    def __init__(self, what: Callable[[], Any], done: Future[Any], lane: QueueLane, *, wakes: bool) -> None:
        super().__init__(lane)
        self.what, self.done, self.wakes = what, done, wakes


class _Worker(threading.Thread):
    """A thread that runs jobs from its own queue, `jobs`, and the pool's queue until it receives None."""

    def __init__(self, loop: AbstractEventLoop, pool: Workers) -> None:
        super().__init__(name="request", daemon=True)
        self.jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._loop, self._pool = loop, pool

    def run(self) -> None:
        following: _Job | None = None
        while (job := following or self.jobs.get()) is not None:
            found: Any = None
            failed: BaseException | None = None
            try:
                found = job.what()
            except BaseException as problem:  # it is raised where the result is awaited
                failed = problem
            # Before the result is delivered, so that its recipient finds this thread idle.
            following = self._pool._next(self)
            with suppress(RuntimeError):  # the loop has ended, so nothing is waiting
                self._tell(job, found, failed)
                if following is None and self._pool._waiting:
                    # A job was queued just before this thread was marked as idle.
                    self._loop.call_soon_threadsafe(self._pool._pair)
            del job, found, failed  # hold nothing of a request until the next one comes

    def _tell(self, job: _Job, found: Any, failed: BaseException | None) -> None:
        if job.wakes or found is not None or failed is not None:
            self._loop.call_soon_threadsafe(_end, job.done, found, failed)
        else:
            self._pool.settle_later(job.done)


def _end(done: Future[Any], found: Any, failed: BaseException | None) -> None:
    if done.done():  # no longer awaited
        return
    if failed is not None:
        done.set_exception(failed)
    else:
        done.set_result(found)
