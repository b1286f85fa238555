"""Attacks by a page that is captured, with the real browser and the small internet: nothing inside is reached."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from heedline.specialist_desks.material.capture import sandboxes, watchdog
from heedline.specialist_desks.material.capture.running import (
    CapturedPage,
    CaptureLimits,
    CaptureStopped,
    capture,
)
from heedline.specialist_desks.material.liveness import LivenessVerdict
from tests.support.small_internet import small_internet

pytestmark = pytest.mark.browser


@contextmanager
def listener(port: int = 0) -> Iterator[tuple[int, list[str]]]:
    """A program on this machine that nothing may reach, such as the database, and who has reached it."""
    reached: list[str] = []
    with socket.create_server(("127.0.0.1", port)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, where = server.accept()
                except OSError:
                    return
                reached.append(str(where))
                connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1], reached


def of(path: str, port: int, **limits: float) -> CapturedPage:
    allowed = CaptureLimits(small_internet=port, **{"seconds": 60.0, "most_bytes": 4 << 20, **limits})  # type: ignore[arg-type]
    return capture(f"https://films.example{path}", allowed, control="https://films.example/")


def cut_off(path: str, port: int) -> CapturedPage:
    """A page that uses up whatever time it is given. On a busy machine the browser needs most of that to start."""
    for seconds in (6.0, 30.0):
        with suppress(CaptureStopped):
            found = of(path, port, seconds=seconds)
            if found.status:
                return found
    return of(path, port, seconds=90.0)


def test_a_hostile_page_reaches_nothing_on_this_machine(tmp_path: Path) -> None:
    with small_internet(tmp_path / "net") as net, listener() as (port, reached):
        found = of("/hostile", net.server_port)
        assert found.status == 200
        assert found.file("picture").startswith(b"\x89PNG")
        refused = {(one["host"], one["why"]) for one in found.seen if one["why"]}
        assert {("169.254.169.254", "private"), ("100.64.0.1", "private"), ("fd00::1", "private")} <= refused
        assert {one["why"] for one in found.seen if one["host"] != "films.example"} <= {
            "private",
            "port",
            "scheme",
        }
        assert all(one["address"] == "127.0.0.1" for one in found.seen if not one["why"])
        assert "download" in found.notes
        assert b"root:" not in found.file("text") + found.file("warc")
        for path in ("/to-loopback", "/to-metadata", "/to-file", "/loop"):
            led = of(path, net.server_port)
            assert led.status == 0, path
            assert led.failure in {"port", "private", "refused"}, path
        assert not reached
        assert port


def test_a_page_that_never_ends_or_is_huge_is_cut_off(tmp_path: Path) -> None:
    with small_internet(tmp_path / "net") as net:
        slow = cut_off("/never-ends", net.server_port)
        assert "did-not-finish" in slow.notes
        assert b"placeholder" in slow.file("text")
        try:
            huge = of("/huge", net.server_port, seconds=30.0, most_bytes=1 << 20)
        except CaptureStopped:
            return
        assert "too-much" in huge.notes


def test_a_missing_page_beside_a_working_one_is_told_apart(tmp_path: Path) -> None:
    with small_internet(tmp_path / "net") as net:
        net.sites.remove("https://films.example/watch/7781")
        found = of("/watch/7781", net.server_port)
        assert (found.status, found.control) == (404, 200)
        assert str(LivenessVerdict.REMOVED_404)


def test_a_page_that_takes_memory_ends_at_its_limit(tmp_path: Path) -> None:
    """What all processes of the browser take together, seen several times a second."""
    most, over = 0, threading.Event()

    def look() -> None:
        nonlocal most
        while not over.wait(0.1):
            family = watchdog._descendants([os.getpid()])
            most = max(most, sum(map(watchdog._memory_of, family)))

    looking = threading.Thread(target=look)
    looking.start()
    before = watchdog._memory_of(os.getpid())
    try:
        with small_internet(tmp_path / "net") as net, pytest.raises(CaptureStopped, match="too much memory"):
            of("/greedy", net.server_port, memory=700 << 20)
    finally:
        over.set()
        looking.join()
    assert most - before < 2 << 30


def test_too_many_processes_end_a_sandbox() -> None:
    forking = subprocess.Popen(
        ["/bin/sh", "-c", "for n in 1 2 3 4 5 6 7 8 9; do sleep 60 & done; wait"], start_new_session=True
    )
    try:
        with watchdog.Watchdog(memory=1 << 30, processes=8) as watching:
            watching.add(forking)
            assert forking.wait(30) != 0
            assert watching.over == "processes"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(forking.pid, signal.SIGKILL)


def test_a_sandbox_ends_when_nobody_can_watch_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(first: object) -> list[int]:
        raise OSError("too many open files")

    monkeypatch.setattr(watchdog, "_descendants", unreadable)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    waiting = subprocess.Popen(["/bin/sleep", "60"])
    try:
        with watchdog.Watchdog(memory=1 << 30, processes=8) as watching:
            watching.add(waiting)
            assert waiting.wait(30) != 0
    finally:
        waiting.kill()
        waiting.wait()


@pytest.mark.parametrize("start", [sandboxes.start_proxy, sandboxes.start_browser])
def test_neither_sandbox_has_an_environment_a_key_or_a_way_out(
    start: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same options, with a program in the place of ours that looks around."""
    secret = tmp_path / "key-office"
    secret.write_text("secret", encoding="ascii")
    monkeypatch.setenv("HEEDLINE_DATABASE_URL", "postgresql://heedline@127.0.0.1/heedline")
    looked = (
        "import os,json,socket\n"
        "def can(port):\n"
        "  try: socket.create_connection(('127.0.0.1', port), 1).close(); return True\n"
        "  except OSError: return False\n"
        f"seen=[p for p in ({str(secret)!r}, {os.getcwd()!r}, '/root', '/home', '/etc/passwd', '/var') if os.path.exists(p)]\n"
        "def writes(path):\n"
        "  try:\n"
        "    with open(path, 'wb') as file:\n"
        "      for n in range(300): file.write(bytes(1 << 20))\n"
        "    return 300\n"
        "  except OSError: return -1 if not os.path.exists(path) else os.path.getsize(path) >> 20\n"
        f"wrote=[writes(p + '/x') for p in ({str(tmp_path / 'shared')!r}, '/dev', '/app', '/tmp', '/dev/shm')]\n"
        "print(json.dumps({'wrote': wrote, 'env': sorted(os.environ), 'seen': seen, 'uid': os.getuid(), 'reaches': can(PORT)}))"
    )
    real = subprocess.Popen

    with listener() as (port, _):

        def popen(command: list[str], **words: object) -> object:
            at = command.index("-S")
            return real([*command[:at], "-S", "-c", looked.replace("PORT", str(port))], **words)  # type: ignore[call-overload]

        monkeypatch.setattr(sandboxes.subprocess, "Popen", popen)
        folder = tmp_path / "shared"
        folder.mkdir(mode=0o777)
        for above in (folder, *folder.parents):
            if above.is_relative_to(tempfile.gettempdir()) and above != Path(tempfile.gettempdir()):
                above.chmod(0o755)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(folder / "proxy"))
            given = folder if start is sandboxes.start_browser else listening.fileno()
            process = start(given, seconds=60)  # type: ignore[operator]
        out, _ = process.communicate(timeout=120)
    found = json.loads(out)
    assert found["seen"] == []
    shared, devices, ours, *in_memory = found["wrote"]
    assert (shared, devices, ours) == (-1, -1, -1), "nothing on a disk, and nothing without a limit"
    assert max(in_memory) < 130
    assert not [name for name in found["env"] if "HEEDLINE" in name or "DATABASE" in name]
    assert found["uid"] != 0
    if start is sandboxes.start_browser:
        assert not found["reaches"], "the browser has no network at all"
