"""Run one capture in its two sandboxes, within limits on time, memory and size.

This runs in the process that was clicked in. Nothing that comes back is believed: its lengths are limited, and
files are hashed and sealed without being read.
"""

from __future__ import annotations

import json
import os
import selectors
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heedline.specialist_desks.material.capture import sandboxes
from heedline.specialist_desks.material.capture.sandboxes import UNUSED_USER
from heedline.specialist_desks.material.capture.watchdog import Watchdog

#: Captures at once in this process.
AT_ONCE = 2
_PATIENCE = 20
_MOST_LINE = 4 << 20
_BLOCK = 1 << 20
_MOST_SUMS = 100
_SOCKET = "proxy"
_ENDED = "The browser of the capture ended early."
_TOO_MUCH = "The page used too much memory and was stopped. It may have been made to overload us."
_ROLES = frozenset({"text", "picture", "warc"})
_PLACES = (
    "/usr/lib/chromium/chromium-headless-shell",
    "/usr/lib/chromium/chromium",
    "/usr/lib/chromium-browser/chromium-browser",
)
_turns = threading.BoundedSemaphore(AT_ONCE)


class CaptureStopped(Exception):
    """Raised when a capture fails. `reason` is a sentence for the officer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class CaptureLimits:
    """The limits on a capture and its route to the internet.

    `vantage` names the place on the internet that it comes from, and `upstream` is the proxy through which it gets
    there. `small_internet` is the port that reserved names lead to, in a demonstration. `denied` are networks of the
    organisation itself.
    """

    seconds: float = 25.0
    most_bytes: int = 48 << 20
    memory: int = 1 << 30
    processes: int = 64
    vantage: str = "here"
    upstream: tuple[str, int] | None = None
    small_internet: int = 0
    denied: tuple[str, ...] = ()


@dataclass(frozen=True)
class CapturedFile:
    """A file produced by a capture: the screenshot, the visible text or the WARC."""

    role: str
    media: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CapturedPage:
    """The result of loading a page, with the response, the hosts contacted and the captured files.

    `status` is 0 if nothing was received, and `failure` then says why. `seen` are the hosts that the page asked for, each with
    the address it was resolved to, or why it was refused. `control` is the status of another page of the same site.
    `sums` are the SHA-256 of pictures and films on the page.
    """

    address: str = field(repr=False)
    final: str = field(repr=False)
    vantage: str
    status: int
    failure: str
    headers: Mapping[str, str] = field(repr=False)
    chain: Sequence[tuple[int, str]] = field(repr=False)
    title: str = field(repr=False)
    control: int
    notes: tuple[str, ...]
    pdq: Mapping[str, Any] | None = field(repr=False)
    sums: tuple[str, ...] = field(repr=False, default=())
    seen: Sequence[Mapping[str, Any]] = field(repr=False)
    browser: str
    files: tuple[CapturedFile, ...] = field(repr=False)

    def file(self, role: str) -> bytes:
        """Return the content of the file with this role, or b"" if there is none."""
        return next((one.data for one in self.files if one.role == role), b"")


def chromium() -> str:
    """Return the path of the Chromium executable, or "" if it is not installed."""
    return next((one for one in _PLACES if os.access(one, os.X_OK)), "")


def capture_missing() -> str:
    """Return the reason why pages cannot be captured on this machine, or "" if they can."""
    if not chromium():
        return "Chromium is optional and not installed (apt-get install chromium). With it officers capture web pages as evidence."
    if sandboxes.bwrap() is None:
        return "Captures need bubblewrap, which is not installed (apt-get install bubblewrap)."
    try:
        import playwright  # noqa: F401
        import warcio  # noqa: F401
    except ImportError:
        return "Captures need the packages of the extra capture, which are not installed."
    return ""


def capture(address: str, limits: CaptureLimits, *, control: str = "") -> CapturedPage:
    """Capture a page and return the result.

    Raises CaptureStopped if nothing can be captured here, or if too many captures run.
    """
    missing = capture_missing()
    if missing:
        raise CaptureStopped(missing)
    if not address.startswith(("http://", "https://")):
        raise CaptureStopped("Only web addresses can be captured.")
    if not _turns.acquire(timeout=_PATIENCE):
        raise CaptureStopped("Other pages are being captured. Try again in a minute.")
    try:
        return _captured(address, limits, control)
    finally:
        _turns.release()


def _captured(address: str, limits: CaptureLimits, control: str) -> CapturedPage:
    with (
        _socket() as (folder, listening),
        Watchdog(memory=limits.memory, processes=limits.processes) as watchdog,
    ):
        proxy = sandboxes.start_proxy(listening.fileno(), seconds=limits.seconds)
        browser: subprocess.Popen[bytes] | None = None
        try:
            watchdog.add(proxy)
            _order(
                proxy,
                socket=listening.fileno(),
                small_internet=limits.small_internet,
                denied=list(limits.denied),
                upstream=list(limits.upstream) if limits.upstream else None,
                most_bytes=limits.most_bytes,
            )
            if _Reader(proxy, 10).line() != b"ready\n":
                raise CaptureStopped("The proxy of the capture did not start.")
            browser = sandboxes.start_browser(folder, seconds=limits.seconds)
            watchdog.add(browser)
            _order(
                browser,
                socket=str(folder / _SOCKET),
                address=address,
                control=control,
                chromium=chromium(),
                seconds=limits.seconds,
                most_bytes=limits.most_bytes,
                any_certificate=bool(limits.small_internet),
            )
            page, files = _answer(browser, limits)
            seen = _seen(proxy)
        except CaptureStopped:
            if watchdog.over:
                raise CaptureStopped(_TOO_MUCH) from None
            raise
        finally:
            for one in (browser, proxy):
                if one is not None:
                    _end(one)
    return _page(address, limits, page, files, seen)


def _page(
    address: str,
    limits: CaptureLimits,
    page: Mapping[str, Any],
    files: tuple[CapturedFile, ...],
    seen: Sequence[Mapping[str, Any]],
) -> CapturedPage:
    """Parse the page returned by the browser's sandbox. Raise CaptureStopped if it is malformed."""
    try:
        return _as_told(address, limits, page, files, seen)
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError):
        raise CaptureStopped(_ENDED) from None  # the browser may have been taken over


def _as_told(
    address: str,
    limits: CaptureLimits,
    page: Mapping[str, Any],
    files: tuple[CapturedFile, ...],
    seen: Sequence[Mapping[str, Any]],
) -> CapturedPage:
    failure = str(page.get("failure", ""))[:20]
    status = _status(page.get("status", 0))
    if failure and not status:
        refused = [str(one.get("why")) for one in seen if one.get("why")]
        failure = next((one for one in refused if one != "too-much"), failure)
    notes = [str(one)[:40] for one in page.get("notes", [])][:20]
    if any(one.get("why") == "too-much" for one in seen):
        notes.append("too-much")
    pdq = page.get("pdq")
    return CapturedPage(
        address=address,
        final=str(page.get("final", address))[:8_000],
        vantage=limits.vantage,
        status=status,
        failure=failure,
        headers={
            str(name)[:100]: str(value)[:2_000] for name, value in dict(page.get("headers", {})).items()
        },
        chain=[(_status(one[0]), str(one[1])[:8_000]) for one in page.get("chain", [])][:30],
        title=str(page.get("title", ""))[:500],
        control=_status(page.get("control", 0)),
        notes=tuple(notes),
        pdq=pdq if isinstance(pdq, dict) else None,
        sums=tuple(str(one)[:64] for one in page.get("sums", [])[:_MOST_SUMS]),
        seen=seen,
        browser=str(page.get("browser", ""))[:40],
        files=files,
    )


def _status(told: Any) -> int:
    """Return an HTTP status, or 0 for an invalid number."""
    found = int(told)
    return found if 0 <= found <= 999 else 0


@contextmanager
def _socket() -> Iterator[tuple[Path, socket.socket]]:
    """Create the socket between the two sandboxes, in a folder to which neither can write."""
    folder = Path(tempfile.mkdtemp(prefix="heedline-capture-"))
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(folder / _SOCKET))
            listening.listen(64)
            if os.geteuid() == 0:
                for each in (folder, folder / _SOCKET):
                    os.chown(each, UNUSED_USER, UNUSED_USER)
            yield folder, listening
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _order(process: subprocess.Popen[bytes], **words: Any) -> None:
    assert process.stdin is not None  # noqa: S101 - it was started with a pipe
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(words).encode() + b"\n")
        process.stdin.flush()


class _Reader:
    """A reader of a process's standard output, with a deadline."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        assert process.stdout is not None  # noqa: S101
        self._file = process.stdout.fileno()
        self._until = time.monotonic() + seconds
        self._kept = bytearray()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._file, selectors.EVENT_READ)

    def _more(self) -> bool:
        left = self._until - time.monotonic()
        if left <= 0 or not self._selector.select(left):
            raise CaptureStopped("The page took too long.")
        data = os.read(self._file, _BLOCK)
        self._kept += data
        return bool(data)

    def line(self) -> bytes:
        """Return the next line, or b"" at end of file."""
        while b"\n" not in self._kept:
            if len(self._kept) > _MOST_LINE:
                raise CaptureStopped("The page was too large.")
            if not self._more():
                return b""
        return self.exactly(self._kept.index(b"\n") + 1)

    def exactly(self, length: int) -> bytes:
        """Return exactly `length` bytes. Raise CaptureStopped if the output ends early."""
        while len(self._kept) < length:
            if not self._more():
                raise CaptureStopped(_ENDED)
        found = bytes(self._kept[:length])
        del self._kept[:length]
        return found


def _answer(
    browser: subprocess.Popen[bytes], limits: CaptureLimits
) -> tuple[Mapping[str, Any], tuple[CapturedFile, ...]]:
    reader = _Reader(browser, limits.seconds + 15)
    try:
        told = json.loads(reader.line() or b"{}")
        listed = [(str(one["role"]), str(one["media"]), int(one["length"])) for one in told["files"]]
        page = dict(told["page"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise CaptureStopped(_ENDED) from None
    if any(role not in _ROLES or length < 0 for role, _, length in listed) or len(listed) > len(_ROLES):
        raise CaptureStopped(_ENDED)
    if sum(length for _, _, length in listed) > 2 * limits.most_bytes:
        raise CaptureStopped("The page was too large.")
    return page, tuple(CapturedFile(role, media, reader.exactly(length)) for role, media, length in listed)


def _seen(proxy: subprocess.Popen[bytes]) -> Sequence[Mapping[str, Any]]:
    """Stop the proxy, and return the connections that it allowed or refused."""
    assert proxy.stdin is not None  # noqa: S101
    with suppress(BrokenPipeError):
        proxy.stdin.close()
    with suppress(CaptureStopped, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return [
            {
                "host": str(one["host"])[:255],
                "port": int(one["port"]),
                "address": str(one["address"])[:60],
                "why": str(one["why"])[:20],
            }
            for one in json.loads(_Reader(proxy, 20).line())["seen"]
        ]
    return []


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()  # process 1 of the sandbox dies with it, and all others with process 1
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
