"""What showing a file costs: from the plaintext to the first part that can be seen, and to the whole derivative."""

from __future__ import annotations

import io
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from heedline.files.derivatives import (
    DerivativeLimits,
    DerivativePart,
    FinishedPart,
    PartRole,
    ffmpeg_missing,
    make,
    office_missing,
    sandbox_missing,
)
from heedline.files.kinds import FileKind

_TIMES = 3
_RTF = b"{\\rtf1\\ansi Invented words on one page.}"


class Unheard:
    """A sink that keeps nothing."""

    def begin(self, part: DerivativePart) -> None:
        pass

    def write(self, data: bytes) -> None:
        pass

    def end(self, finished: FinishedPart) -> None:
        pass


class _Clock(Unheard):
    """A sink that notes when each part was whole."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.ready: dict[PartRole, float] = {}

    def end(self, finished: FinishedPart) -> None:
        self.ready.setdefault(finished.part.role, time.monotonic() - self.began)


def _photo(form: str) -> bytes:
    """An invented photograph of 12 megapixels: noise, blurred so that it compresses like one."""
    picture = (
        Image.effect_noise((1000, 750), 60).resize((4000, 3000), Image.Resampling.BICUBIC).convert("RGB")
    )
    out = io.BytesIO()
    picture.save(out, form, quality=92)
    return out.getvalue()


def _page() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((1240, 1754), 60).convert("RGB").save(out, "PDF", resolution=150)
    return out.getvalue()


def _film(*words: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "made.mp4")
        told = [
            "ffmpeg",
            "-nostdin",
            "-v",
            "error",
            *words,
            "-pix_fmt",
            "yuv420p",
            "-preset",
            "veryfast",
            str(made),
        ]
        subprocess.run(told, check=True, timeout=300)
        return made.read_bytes()


def _measured(kind: FileKind, data: bytes, first: PartRole) -> dict[str, Any]:
    """The median of several runs: seconds until the first part is there, until all is."""
    firsts, wholes = [], []
    for _ in range(_TIMES):
        clock = _Clock()
        found = make(kind, io.BytesIO(data), clock, DerivativeLimits(pages=1))
        wholes.append(time.monotonic() - clock.began)
        if found.failure is not None or first not in clock.ready:
            return {"failed": found.failure}
        firsts.append(clock.ready[first])
    middle: Callable[[list[float]], float] = lambda found: round(sorted(found)[len(found) // 2], 3)  # noqa: E731
    return {
        "original_bytes": len(data),
        "first_seconds": middle(firsts),
        "whole_seconds": middle(wholes),
    }


def measure() -> dict[str, Any]:
    """Each type that can be shown on this machine."""
    if reason := sandbox_missing():
        return {"missing": reason}
    found = {
        "photo, JPEG, 12 megapixels": _measured(FileKind.IMAGE, _photo("JPEG"), PartRole.PAGE),
        "photo, WebP, 12 megapixels": _measured(FileKind.IMAGE, _photo("WEBP"), PartRole.PAGE),
        "page of PDF, scanned, A4": _measured(FileKind.PDF, _page(), PartRole.PAGE),
        "text": _measured(FileKind.TEXT, b"Invented words. " * 1000, PartRole.TEXT),
    }
    if not ffmpeg_missing():
        film = _film(
            *("-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=30", "-f", "lavfi", "-i", "sine", "-t", "12")
        )
        found["film, 1920 × 1080, 12 s: start"] = _measured(FileKind.FILM, film, PartRole.START)
        found["sound in it"] = _measured(FileKind.SOUND, film, PartRole.SOUND)
    if not office_missing():
        found["page of an office document"] = _measured(FileKind.OFFICE, _RTF, PartRole.PAGE)
    return found
