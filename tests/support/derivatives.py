"""What the tests of derivatives share: a sink in memory, and a reason to skip where no sandbox can be had."""

from __future__ import annotations

import io
import shutil
from functools import cache

import pytest
from PIL import Image

from heedline.files.derivatives import DerivativePart, FinishedPart, MadeDerivative, make, sandbox_missing
from heedline.files.derivatives.limits import DerivativeLimits
from heedline.files.kinds import FileKind


class SinkInMemory:
    """Collect the parts of a derivative."""

    def __init__(self) -> None:
        self.parts: list[tuple[FinishedPart, bytes]] = []
        self.begun: list[DerivativePart] = []
        self._open = bytearray()

    def begin(self, part: DerivativePart) -> None:
        self.begun.append(part)
        self._open.clear()

    def write(self, data: bytes) -> None:
        self._open += data

    def end(self, finished: FinishedPart) -> None:
        self.parts.append((finished, bytes(self._open)))

    def of(self, role: str) -> list[bytes]:
        return [data for finished, data in self.parts if finished.part.role == role]


@cache
def _missing() -> str | None:
    return sandbox_missing()


@pytest.fixture
def sandbox() -> None:
    """A sandbox, or the reason why this test cannot run here."""
    if reason := _missing():
        pytest.skip(reason)


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip a test where programs are missing."""
    missing = [one for one in programs if shutil.which(one) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def made(
    kind: FileKind, data: bytes, limits: DerivativeLimits | None = None
) -> tuple[MadeDerivative, SinkInMemory]:
    """Make a derivative of a file in memory."""
    sink = SinkInMemory()
    return make(kind, io.BytesIO(data), sink, limits), sink


def exif() -> Image.Exif:
    """Return what a phone writes into a photo: its maker, its owner, the time and the place (GPS)."""
    found = Image.Exif()
    found[0x010F], found[0x0110], found[0x013B] = "Telltale Devices", "Telltale 5", "Telltale Person"
    found[0x0132] = "2026:03:04 05:06:07"
    found.get_ifd(0x8769)[0xA431] = "Telltale serial"
    found.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 2.5), 3: "W", 4: (0.0, 7.0, 28.5)})
    return found
