"""Convert a recording in sandboxes, decoding it to raw frames and samples and encoding the result.

Decoders and encoder do not share a pipe, so that a film whose picture and sound lie far apart cannot make them
wait for each other for ever. The encoder sees nothing but pixels and samples of sizes that we chose, and writes
into an in-memory file.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fcntl import F_SETPIPE_SZ, fcntl

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


class RawFeed:
    """A thread that copies raw frames or samples from a decoder to the encoder."""

    def __init__(self, run: SandboxRun) -> None:
        self.reader, self._writer = os.pipe()
        with contextlib.suppress(OSError):
            fcntl(self._writer, F_SETPIPE_SZ, _CHUNK)
        self._run = run
        self.moved = 0
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

    def abandon(self) -> None:
        """Close both ends of the pipe if the thread never started."""
        if self._thread.ident is None:
            os.close(self.reader)
            os.close(self._writer)

    def join(self) -> None:
        self._thread.join()


def converted(
    original: OriginalInMemory,
    decoders: Sequence[RawDecoder],
    encoder: Callable[[list[int], int], list[str]],
    *,
    seconds: float,
) -> Iterator[bytes]:
    """Yield the bytes of a recording once it has been fully converted, or raise SandboxStopped.

    `encoder` gets the descriptors of its raw inputs and of the file that it writes, and returns its command.
    """
    wall = 30 + 3 * seconds
    cost = SandboxLimits(
        wall_seconds=wall, processor_seconds=round(2 * wall), memory=MEMORY, output=0, tasks=64
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
        wrong = run.end()
        run.kill()  # a feed that still writes goes on, and ends
        for feed in feeds:
            feed.join()
        wrong = wrong or _judged(feeds)
        if wrong is not None:
            raise SandboxStopped(wrong)
        at = 0
        while data := os.pread(written, _CHUNK, at):
            at += len(data)
            yield data


def _judged(feeds: list[RawFeed]) -> NoDerivative | None:
    """Return the decoding error, if any, keeping a recording that is only damaged part-way through."""
    if not feeds[0].moved:
        return feeds[0].wrong or NoDerivative.DAMAGED
    limits = {NoDerivative.TOO_LARGE, NoDerivative.TOO_SLOW}
    return next((feed.wrong for feed in feeds if feed.wrong in limits), None)
