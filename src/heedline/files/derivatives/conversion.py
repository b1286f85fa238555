"""Convert a recording in sandboxes, decoding it to raw frames and samples and encoding the result.

The work ends at a limit, and the recording is then cut where it is. It ends without a result when nobody wants it any
longer. Decoders and encoder do not share a pipe, so that a film whose picture and sound lie far apart cannot make them
wait for each other for ever. The encoder sees nothing but pixels and samples of sizes that we chose, and writes
into an in-memory file.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fcntl import F_SETPIPE_SZ, fcntl

from heedline.files.derivatives.limits import Demand, DerivativeLimits
from heedline.files.derivatives.originals import OriginalInMemory
from heedline.files.derivatives.outcome import NoDerivative
from heedline.files.derivatives.recordings import MEMORY, RawDecoder
from heedline.files.derivatives.sandbox import (
    SandboxLimits,
    SandboxRun,
    SandboxStopped,
    memory_file,
    sandboxed,
)

_WRITTEN = 512 << 20
_CHUNK = 1 << 20
#: Seconds between two questions whether anybody still wants it, and what the encoder has to end a file that is cut.
_ASK_AGAIN, _TO_END = 2.0, 20.0
#: Behind pictures and documents (5).
_NICE = 19


class RawFeed:
    """A thread that copies raw frames or samples from a decoder to the encoder."""

    def __init__(self, run: SandboxRun) -> None:
        self.reader, self._writer = os.pipe()
        with contextlib.suppress(OSError):
            fcntl(self._writer, F_SETPIPE_SZ, _CHUNK)
        self._run = run
        self.moved = 0
        self.cut = False
        self.wrong: NoDerivative | None = None
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def begin(self) -> None:
        os.close(self.reader)  # the encoder has its own
        self._thread.start()

    def _carry(self) -> None:
        try:
            while data := self._run.some():
                left = memoryview(data)
                while left:
                    left = left[os.write(self._writer, left) :]
                self.moved += len(data)
            self.wrong = self._run.end()
        except SandboxStopped as stopped:
            self.wrong = stopped.reason
        except BrokenPipeError:
            pass  # the encoder ended; it says itself whether that was right
        finally:
            os.close(self._writer)

    def stop(self) -> None:
        """End the decoder early, and keep what it has written so far."""
        self.cut = True
        self._run.stop()

    def abandon(self) -> None:
        """Close both ends of the pipe if the thread never started."""
        if self._thread.ident is None:
            os.close(self.reader)
            os.close(self._writer)

    def join(self, *, early: bool) -> None:
        if early:
            self._run.stop()
        self._thread.join()


@dataclass(frozen=True)
class Work:
    """The time that a conversion may take: while other recordings wait, and at most. `demand` says who waits."""

    seconds: float
    most: float
    demand: Demand


def on_start(limits: DerivativeLimits) -> Work:
    """Return the time for the first seconds of a recording, the same whether others wait or not."""
    return Work(limits.work_on_start, limits.work_on_start, limits.demand)


def on_all(limits: DerivativeLimits) -> Work:
    """Return the time for all of a recording."""
    return Work(limits.work, limits.most_work, limits.demand)


@dataclass(frozen=True)
class Conversion:
    """A converted recording, the seconds of it that were converted, and whether it was cut at the limit of work."""

    seconds: float
    cut: bool
    _written: int = field(repr=False)

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes of the file."""
        at = 0
        while data := os.pread(self._written, _CHUNK, at):
            at += len(data)
            yield data


@contextlib.contextmanager
def converted(
    original: OriginalInMemory,
    decoders: Sequence[RawDecoder],
    encoder: Callable[[list[int], int], list[str]],
    *,
    seconds: float,
    work: Work,
) -> Iterator[Conversion]:
    """Convert up to `seconds` of a recording within the limit of work, or raise SandboxStopped.

    `encoder` gets the descriptors of its raw inputs and of the file that it writes, and returns its command.
    """
    wall = work.most + _TO_END + 10
    cost = SandboxLimits(
        wall_seconds=wall, processor_seconds=round(2 * wall), memory=MEMORY, output=0, tasks=64, nice=_NICE
    )
    with contextlib.ExitStack() as stack:
        feeds = []
        for one in decoders:
            allowed = replace(cost, output=one.most)
            feeds.append(RawFeed(stack.enter_context(sandboxed(one.program, original.descriptor, allowed))))
            stack.callback(feeds[-1].abandon)
        written, nothing = memory_file("converted"), memory_file("nothing")
        stack.callback(os.close, written)
        stack.callback(os.close, nothing)
        pipes = [feed.reader for feed in feeds]
        allowed = replace(cost, file_size=_WRITTEN)
        run = stack.enter_context(
            sandboxed(encoder(pipes, written), nothing, allowed, passed=[*pipes, written])
        )
        for feed in feeds:
            feed.begin()
        wrong: NoDerivative | None = NoDerivative.UNWANTED
        try:
            wrong = _worked(run, feeds, work)
        finally:
            run.kill()  # a feed that still writes goes on, and ends
            for feed in feeds:
                feed.join(early=wrong is not None)
        wrong = wrong or _judged(feeds)
        if wrong is not None:
            raise SandboxStopped(wrong)
        cut = feeds[0].cut
        yield Conversion(min(seconds, feeds[0].moved / decoders[0].second) if cut else seconds, cut, written)


def _worked(run: SandboxRun, feeds: Sequence[RawFeed], work: Work) -> NoDerivative | None:
    """Wait for the encoder within the limit of work and return its error, or None."""
    began = time.monotonic()
    until, cut = work.most, False
    while not run.ended(min(_ASK_AGAIN, work.seconds)):
        if not work.demand.wanted():
            return NoDerivative.UNWANTED
        spent = time.monotonic() - began
        if cut and spent > until:
            return NoDerivative.TOO_SLOW
        if not cut and (spent >= work.most or (spent >= work.seconds and work.demand.others_wait())):
            cut, until = True, spent + _TO_END
            for feed in feeds:
                feed.stop()
    return run.end()


def _judged(feeds: list[RawFeed]) -> NoDerivative | None:
    """Return the decoding error, if any, keeping a recording that is only damaged part-way through."""
    if not feeds[0].moved:
        return NoDerivative.TOO_SLOW if feeds[0].cut else feeds[0].wrong or NoDerivative.DAMAGED
    limits = {NoDerivative.TOO_LARGE, NoDerivative.TOO_SLOW}
    return next((feed.wrong for feed in feeds if feed.wrong in limits and not feed.cut), None)
