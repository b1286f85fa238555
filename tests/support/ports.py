"""Ports for programs that a test starts and that take the port by themselves."""

from __future__ import annotations

import os
import socket

#: Below those that the kernel gives to whoever does not say which, such as a browser's connections, and apart from those of
#: tests/laws/test_object_storage.py.
_FIRST, _LAST = 23_000, 30_000
#: Workers of one run of tests; the run beside them counts as one.
_AT_ONCE = 16

_given: set[int] = set()


def free_port() -> int:
    """Return a port that nobody has on any address of this machine, and that no other worker of this run is given."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", f"gw{_AT_ONCE - 1}").removeprefix("gw")) % _AT_ONCE
    ports = list(range(_FIRST + worker, _LAST, _AT_ONCE))
    begin = os.getpid() % len(ports)
    for port in (*ports[begin:], *ports[:begin]):
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise AssertionError("every port is taken")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
