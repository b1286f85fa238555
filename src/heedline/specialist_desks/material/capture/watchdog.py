"""Limit the memory and processes of a capture's sandboxes together, by looking at them several times a second.

Limits of single processes do not add up to one of a browser, which starts as many as a page makes it. Control groups
would, but a service that is not root's may not make any. Files in the sandboxes are in memory of a fixed size.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

#: Seconds between two looks.
_PAUSE = 0.1
_MEMORY = re.compile(rb"^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB", re.MULTILINE)


class Watchdog:
    """A thread that kills the sandboxes when all their processes together exceed a limit, while the context lasts.

    `over` then says which limit it was: "memory" or "processes".
    """

    def __init__(self, *, memory: int, processes: int) -> None:
        self._memory, self._processes = memory, processes
        self._watched: list[subprocess.Popen[bytes]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.over = ""

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def add(self, process: subprocess.Popen[bytes]) -> None:
        """Watch a sandbox, too."""
        self._watched.append(process)

    def _watch(self) -> None:
        try:
            while not self.over and not self._ended.wait(_PAUSE):
                family = _descendants([one.pid for one in self._watched if one.returncode is None])
                if len(family) > self._processes:
                    self.over = "processes"
                elif sum(map(_memory_of, family)) > self._memory:
                    self.over = "memory"
        finally:
            if not self._ended.is_set():  # over a limit, or nobody watches any longer
                for one in self._watched:
                    if one.returncode is None:
                        one.kill()  # process 1 of the sandbox dies with it, and all others with process 1


def _descendants(first: Sequence[int]) -> list[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for pid, parent in _parents():
        children[parent].append(pid)
    found = list(first)
    for pid in found:
        found += children[pid]
    return found


def _parents() -> Iterator[tuple[int, int]]:
    """Yield every process of this machine that can be seen, with its parent."""
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with suppress(OSError):  # it has ended meanwhile
                said = Path("/proc", entry, "stat").read_bytes()
                yield int(entry), int(said.rpartition(b")")[2].split()[1])


def _memory_of(pid: int) -> int:
    """Return the bytes that a process has mapped and no file on a disk holds: its own, swapped out too, and shared ones."""
    with suppress(OSError):
        return sum(map(int, _MEMORY.findall(Path(f"/proc/{pid}/status").read_bytes()))) * 1024
    return 0
