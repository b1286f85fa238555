"""A web process with the real front, for tests: started, asked over sockets, and stopped."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.laws.front_server import READY
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
MIB = 2**20
#: How soon a page must come while somebody attacks. It comes in milliseconds; the machine may be busy. What the attacker
#: holds is held for at least twice as long.
SOON = 60
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
FILES = "Content-Type: multipart/form-data; boundary=x\r\n"


@dataclass(frozen=True)
class Server:
    """One web process with one worker and four threads."""

    port: int
    process: subprocess.Popen[bytes]
    gate: Path

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def memory(self) -> float:
        """MiB of the worker."""
        return (
            max(p.memory_info().rss for p in psutil.Process(self.process.pid).children(recursive=True)) / MIB
        )

    def send(self, text: str, body: bytes = b"") -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=SOON)
        made.sendall(text.encode() + body)
        return made

    def post(self, heads: str, body: bytes = b"", path: str = "/") -> socket.socket:
        return self.send(f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\n{heads}\r\n", body)

    def get(self, path: str = "/") -> int:
        """The status. An answer that does not come `SOON` is an error."""
        return read(
            self.send(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n")
        ).status

    def waiting(self) -> list[str]:
        """The requests for `/wait/` that have begun."""
        noted = self.gate.with_name("waiting")
        return noted.read_text().splitlines() if noted.exists() else []


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


def read(sock: socket.socket) -> Answer:
    with contextlib.closing(sock):
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        return Answer(answer.status, answer.headers, answer.read())


def until(holds: Callable[[], object], within: float = SOON) -> None:
    """Wait until something holds, and fail if it never does."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits for nobody for long."""
    with running(tmp_path_factory.mktemp("hasty"), hasty=True) as found:
        yield found


@contextlib.contextmanager
def running(folder: Path, origin: str = "", *, hasty: bool = False) -> Iterator[Server]:
    port = free_port()
    gate = folder / "gate"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.laws.front_server", str(port), origin or f"http://127.0.0.1:{port}"],
        cwd=ROOT,
        env={**os.environ, "HEEDLINE_TEST_GATE": str(gate), "HEEDLINE_TEST_HASTY": "1" if hasty else ""},
    )
    found = Server(port, process, gate)
    try:
        until(lambda: stands(found))
        yield found
    finally:
        gate.touch()
        process.send_signal(signal.SIGTERM)
        process.wait(SOON)


def stands(server: Server) -> bool:
    """Whether the server answers."""
    assert server.process.poll() is None, "the server ended"
    with contextlib.suppress(OSError, http.client.HTTPException):
        return server.get(READY) > 0
    return False
