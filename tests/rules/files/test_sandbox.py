"""The sandbox against programs that try to leave it, to use up the machine, or to lie to us."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.derivatives import SinkInMemory, sandbox

from heedline.files.derivatives import NoDerivative, frames
from heedline.files.derivatives import sandbox as sandbox_module
from heedline.files.derivatives.encoding import encoded
from heedline.files.derivatives.page_reading import read_pages, read_text
from heedline.files.derivatives.part_writing import PartWriter
from heedline.files.derivatives.sandbox import (
    SandboxLimits,
    SandboxRun,
    SandboxStopped,
    decoder,
    memory_file,
    sandboxed,
    seal_memory_file,
)
from heedline.files.derivatives.system_calls import filter_program

__all__ = ["sandbox"]
pytestmark = pytest.mark.usefixtures("sandbox")

SMALL = SandboxLimits(wall_seconds=20, processor_seconds=5, memory=1 << 30, output=1 << 20)
OFFICE = SandboxLimits(
    wall_seconds=20,
    processor_seconds=5,
    memory=1 << 30,
    output=1 << 20,
    tasks=24,
    scratch=1 << 20,
    file_size=1 << 19,
    new_processes=True,
    sockets=True,
)
PYTHON = decoder("none")[0]
START = "import os, sys, socket, ctypes\nfrom heedline.files.derivatives.frames import FrameWriter\nout = FrameWriter(1)\n"
TRY = """
def tried(name, attempt):
    try:
        found = attempt()
    except BaseException as error:
        print(name, type(error).__name__, getattr(error, 'errno', ''))
    else:
        print(name, 'DONE', found)
"""


@pytest.fixture
def original() -> Iterator[int]:
    descriptor = memory_file("original")
    os.write(descriptor, b"original")
    seal_memory_file(descriptor)
    yield descriptor
    os.close(descriptor)


def said(program: str, original: int, limits: SandboxLimits = SMALL) -> str:
    """Run Python code inside and return all that it writes. Raise SandboxStopped."""
    with sandboxed([PYTHON, "-S", "-s", "-c", START + TRY + program], original, limits) as run:
        found = b""
        while data := run.some():
            found += data
        if (wrong := run.end()) is not None:
            raise SandboxStopped(wrong)
    return found.decode()


ATTEMPTS = """
tried('passwd', lambda: open('/etc/passwd').read())
tried('home', lambda: os.listdir('/home'))
tried('root', lambda: os.listdir('/root'))
tried('proc', lambda: os.listdir('/proc'))
tried('run', lambda: os.listdir('/run'))
tried('installation', lambda: os.listdir(%r))
tried('tcp', lambda: socket.create_connection(('127.0.0.1', 80), 1))
tried('udp', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
tried('unix', lambda: socket.socket(socket.AF_UNIX))
tried('fork', os.fork)
tried('spawn', lambda: os.posix_spawn('/usr/bin/id', ['id'], {}))
tried('unshare', lambda: os.unshare(os.CLONE_NEWUSER) if hasattr(os, 'unshare') else None)
tried('memfd', lambda: os.memfd_create('more'))
tried('write', lambda: open('/app/new', 'w'))
tried('tmp', lambda: open('/tmp/new', 'w'))
tried('device', lambda: open('/dev/shm/new', 'w').write('more than nothing'))
tried('original', lambda: os.write(0, b'changed'))
tried('setuid', lambda: os.setuid(0))
tried('mount', lambda: ctypes.CDLL(None, use_errno=True).mount(b'none', b'/usr', b'tmpfs', 0, None) and 1 / 0)
tried('ptrace', lambda: ctypes.CDLL(None, use_errno=True).ptrace(16, 1, 0, 0) + 1 and 1 / 0 or 1 / 0)
tried('others', lambda: os.kill(%d, 0))
"""


WAYS = list(sandbox_module._ways())


@pytest.fixture(params=WAYS, ids=[f"{way.user}-{way.inside}" for way in WAYS])
def each_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root there is more than one way to start a sandbox."""
    if not sandbox_module._stands(request.param):
        pytest.skip("this way is not open here")
    monkeypatch.setattr(sandbox_module, "_known", (request.param, time.monotonic()))


@pytest.mark.usefixtures("each_way")
def test_a_decoder_that_is_taken_over_reaches_nothing(original: int) -> None:
    folder = str(Path(__file__).resolve().parents[3])
    found = said(ATTEMPTS % (folder, os.getpid()), original)
    lines = dict(line.split(" ", 1) for line in found.splitlines())
    assert len(lines) == 21
    assert {name: words for name, words in lines.items() if words.startswith("DONE")} == {}


def test_a_decoder_sees_the_original_and_an_empty_environment(original: int) -> None:
    program = "print(sys.stdin.buffer.read(), sorted(os.environ), sorted(os.listdir('/')), os.getuid(), len(os.sched_getaffinity(0)) > 0)"
    found = said(program, original)
    assert found.startswith("b'original' ['HOME', 'LC_ALL', 'PATH', 'PWD', 'PYTHONPATH', 'TZ'] ['app', ")
    assert "'home'" not in found
    assert "'proc'" not in found
    assert " 0 True" not in found


@pytest.mark.usefixtures("each_way")
def test_with_room_for_files_it_still_reaches_nothing(original: int) -> None:
    """LibreOffice may start processes and write files; both end with the sandbox."""
    program = """
tried('tcp', lambda: socket.create_connection(('127.0.0.1', 80), 1))
tried('passwd', lambda: open('/etc/passwd').read())
tried('usr', lambda: open('/usr/new', 'w'))
tried('large', lambda: open('/tmp/large', 'wb').write(bytes(1 << 20)))
tried('fill', lambda: [open(f'/tmp/{n}', 'wb').write(bytes(1 << 18)) for n in range(8)])
tried('namespace', lambda: os.unshare(os.CLONE_NEWUSER) if hasattr(os, 'unshare') else 1 / 0)
sys.stdout.flush()
os.close(1)
while True:
    try:
        if os.fork() == 0:
            os.execv('/usr/bin/sleep', ['sleep', '98765'])
    except OSError:
        sys.exit(0)
"""
    found = said(program, original, OFFICE)
    lines = dict(line.split(" ", 1) for line in found.splitlines())
    assert len(lines) == 6
    assert not any(words.startswith("DONE") for words in lines.values())
    assert not left_over("98765")


def left_over(word: str) -> bool:
    """Whether any process on this machine has a word in its command, a moment later."""
    for _ in range(50):
        commands = []
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                commands.append(place.read_bytes())
            except OSError:
                continue
        if not any(word.encode() in one.split(b"\0") for one in commands):
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize(
    ("program", "limits", "reason"),
    [
        ("while True: pass", SandboxLimits(20, 1, 1 << 30, 1000), NoDerivative.TOO_SLOW),
        ("import time; time.sleep(60)", SandboxLimits(1, 1, 1 << 30, 1000), NoDerivative.TOO_SLOW),
        (
            "while True: os.write(1, bytes(65536))",
            SandboxLimits(20, 9, 1 << 30, 300_000),
            NoDerivative.TOO_LARGE,
        ),
        ("held = bytearray(2 << 30)", SMALL, NoDerivative.DAMAGED),
        ("os.abort()", SMALL, NoDerivative.DAMAGED),
        ("sys.exit(3)", SMALL, NoDerivative.DAMAGED),
        (
            "import threading, time\nfor _ in range(500): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
            SMALL,
            NoDerivative.DAMAGED,
        ),
    ],
)
def test_a_decoder_that_uses_too_much_is_ended(
    program: str, limits: SandboxLimits, reason: NoDerivative, original: int
) -> None:
    with pytest.raises(SandboxStopped) as stopped:
        said(program, original, limits)
    assert stopped.value.reason is reason


def lies(program: str, original: int) -> tuple[Exception, SinkInMemory]:
    sink = SinkInMemory()
    with sandboxed([PYTHON, "-S", "-s", "-c", START + program], original, SMALL) as run:
        with pytest.raises((frames.UnexpectedFrame, SandboxStopped)) as found:
            read_pages(run, PartWriter(sink), pixels=10_000, most=2)
    return found.value, sink


@pytest.mark.parametrize(
    ("program", "pages"),
    [
        ("out._write(b'Z')", 0),
        ("out.ready(); out._write(b'<html>')", 0),
        ("out.ready(); out.picture(60000, 60000, b'', lossless=False)", 0),
        ("out.ready(); out.picture(0, 5, b'', lossless=False)", 0),
        ("out.ready(); out._write(b'P' + bytes(8) + b'\\x07')", 0),
        ("out.ready(); out.picture(10, 10, bytes(10), lossless=False)", 0),
        ("out.ready(); out._write(b'X\\xff')", 0),
        ("out.ready(); out.end()", 0),
        ("out.ready(); [out.picture(2, 2, bytes(12), lossless=True) for _ in range(3)]; out.end()", 2),
    ],
)
def test_a_decoder_that_lies_is_not_believed(program: str, pages: int, original: int) -> None:
    _, sink = lies(program, original)
    assert len(sink.parts) == pages


class Written:
    """A run whose output is given."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def exactly(self, length: int) -> bytes:
        found, self._data = self._data[:length], self._data[length:]
        return found

    def end(self) -> None:
        pass


def test_text_that_is_too_long_or_no_text_is_not_believed() -> None:
    for data in (b"RT" + struct.pack("!I", 11) + bytes(11) + b"E", b"RT\0\0\0\2\xff\xfeE"):
        with pytest.raises(frames.UnexpectedFrame):
            read_text(Written(data), most=10)  # type: ignore[arg-type]
    assert read_text(Written(b"RT\0\0\0\2hiE"), most=10) == "hi"  # type: ignore[arg-type]


def test_pixels_that_are_markup_are_encoded_as_pixels() -> None:
    markup = b"<script>alert(1)</script>"[:24]
    for lossless in (True, False):
        data, media = encoded(4, 2, markup, lossless=lossless)
        assert media in {"image/png", "image/jpeg"}
        assert b"<script>" not in data


def test_the_filter_is_there_for_the_usual_processors() -> None:
    for machine in ("x86_64", "aarch64"):
        strict = filter_program(processes=False, machine=machine) or b""
        loose = filter_program(processes=True, sockets=True, machine=machine) or b""
        assert len(strict) > len(loose) > 300
        assert len(strict) % 8 == 0
    assert filter_program(processes=False, machine="riscv64") is None


def test_more_than_two_at_once_wait_and_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module, "_PATIENCE", 0.05)
    with sandbox_module.turn(), sandbox_module.turn():
        with pytest.raises(SandboxStopped) as stopped, sandbox_module.turn():
            pass
        assert stopped.value.reason is NoDerivative.BUSY
    with sandbox_module.turn():
        pass


def test_a_run_that_is_left_is_killed(original: int) -> None:
    with sandboxed([PYTHON, "-S", "-c", "import time; time.sleep(87654)", "87654"], original, SMALL) as run:
        assert isinstance(run, SandboxRun)
    assert not left_over("87654")
