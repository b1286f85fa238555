"""The small internet for tests, and pages as a capture would bring them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from heedline.specialist_desks.material.capture.running import CapturedFile, CapturedPage, CaptureLimits
from heedline.specialist_desks.material.hashes.pdq import HASHER
from heedline.specialist_desks.material.small_internet.server import SmallInternet
from heedline.specialist_desks.material.small_internet.sites import PLACEHOLDER

#: A picture of one transparent pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000000200"
    "01e221bc330000000049454e44ae426082"
)


@contextmanager
def small_internet(folder: Path | None = None) -> Iterator[SmallInternet]:
    """Run the small internet on a port of its own."""
    server = SmallInternet(folder)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def pdq(pattern: int = 0xA5, quality: int = 100) -> dict[str, object]:
    """A picture's hash as the browser's sandbox writes it."""
    forms = [bytes([(pattern + at) % 256] * 32).hex() for at in range(8)]
    return {"hasher": HASHER, "quality": quality, "forms": forms}


def captured(address: str, text: str = PLACEHOLDER, **changed: object) -> CapturedPage:
    """A page that was captured whole."""
    page = CapturedPage(
        address=address,
        final=address,
        vantage="here",
        status=200,
        failure="",
        headers={"content-type": "text/html"},
        chain=[(200, address)],
        title="A film",
        control=0,
        notes=(),
        pdq=pdq(),
        seen=[{"host": "films.example", "port": 443, "address": "127.0.0.1", "why": ""}],
        browser="156.0",
        files=(
            CapturedFile("text", "text/plain", text.encode()),
            CapturedFile("picture", "image/png", PIXEL),
            CapturedFile("warc", "application/warc", b"WARC/1.0"),
        ),
    )
    return replace(page, **changed)  # type: ignore[arg-type]


def removed(address: str) -> CapturedPage:
    """A page that is missing beside a site that answers."""
    gone = (CapturedFile("text", "text/plain", b"Not found"),)
    return captured(address, status=404, control=200, files=gone, pdq=None)


class Internet:
    """What the next capture brings, and what was asked for."""

    def __init__(self) -> None:
        self.page: CapturedPage | None = None
        self.asked: list[str] = []

    def capture(self, address: str, limits: CaptureLimits, *, control: str = "") -> CapturedPage:
        self.asked.append(address)
        assert limits.small_internet == 0, "the tests' database is no demonstration"
        return self.page or captured(address)
