"""Gives a web process a CPU of its own, so that its threads wake each other cheaply.

A request passes from the server's thread to the event loop, to a request thread and back. Python runs one of these threads at a
time, so a second CPU hardly makes a process faster. If the threads are spread over several CPUs, though, each hand-over has
to wake another CPU, and finds less in its caches. On a virtual machine, waking another CPU takes four times as long.

A CPU belongs to the first process that asks for it, until that process ends. The name of an abstract socket marks it,
which the system frees itself. Processes for which none is left run wherever the system puts them.
"""

from __future__ import annotations

import os
import socket
import sys

#: Sockets whose names mark the CPU of this process.
_held: list[socket.socket] = []
#: The CPUs that this process may use if it doesn't keep to its own.
_all: set[int] = set()


def take(name: str = "heedline-cpu") -> int | None:
    """Keep this thread, and those that it starts, to a CPU that no other process has taken under this name.

    Returns its number, or None if there is only one CPU, none is left, or the system can't do it.
    """
    if sys.platform != "linux" or _held:
        return None
    cpus = os.sched_getaffinity(0)
    if len(cpus) > 1:
        for cpu in sorted(cpus):
            mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            try:
                mark.bind(f"\0{name}-{cpu}")
                os.sched_setaffinity(0, {cpu})
            except OSError:  # another process has it, or it isn't allowed
                mark.close()
                continue
            _held.append(mark)
            _all.update(cpus)
            return cpu
    return None


def leave() -> None:
    """Let this thread run on any CPU again, for work that doesn't need Python's lock, such as sealing files."""
    if _all:
        os.sched_setaffinity(0, _all)
