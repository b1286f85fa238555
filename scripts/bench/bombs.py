"""What a file costs that unpacks to far more than it is: each must be refused or cut within a second and 100 MB."""

from __future__ import annotations

import io
import struct
import threading
import time
import zipfile
import zlib
from typing import Any

import psutil  # type: ignore[import-untyped]

from bench.file_work import Unheard
from heedline.files.derivatives import make, office_missing, sandbox_missing
from heedline.files.kinds import FileKind


def _png(width: int, height: int, rows: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = bytes(1 + width * 3)
    packed = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def _document() -> bytes:
    """A word-processing document with a picture of 300 MB of zeros in 300 KB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
        with archive.open("word/media/image1.bmp", "w", force_zip64=True) as inside:
            for _ in range(300):
                inside.write(bytes(1_000_000))
    return out.getvalue()


def _nested(depth: int) -> bytes:
    """A PDF whose page tree is nested so deep that a reader without a limit would run out of its stack."""
    kids = b"".join(
        b"%d 0 obj<</Type/Pages/Count 1/Kids[%d 0 R]>>endobj\n" % (n, n + 1) for n in range(2, depth)
    )
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n" + kids + b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


class _Memory:
    """Notes the most that the processes of the sandbox have had, looking every few milliseconds."""

    def __init__(self) -> None:
        self.most = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> _Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        own = psutil.Process()
        while not self._over.wait(0.003):
            held = 0
            for child in own.children(recursive=True):
                try:
                    held += child.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.most = max(self.most, held)


def measure() -> dict[str, Any]:
    """Show each bomb as if a colleague had opened it: the median of three times, and the most memory of all three."""
    if sandbox_missing():
        return {}
    bombs = {
        "picture of 60,000 × 60,000 points": (FileKind.IMAGE, _png(60_000, 60_000, 20)),
        "picture with a thousand times the rows of its header": (FileKind.IMAGE, _png(2000, 10, 10_000)),
        "PDF nested 50,000 deep": (FileKind.PDF, _nested(50_000)),
    }
    if not office_missing():
        bombs["document that unpacks to 300 MB"] = (FileKind.OFFICE, _document())
    found: dict[str, Any] = {}
    for name, (kind, data) in bombs.items():
        seconds = []
        with _Memory() as memory:
            for _ in range(3):
                began = time.monotonic()
                made = make(kind, io.BytesIO(data), Unheard())
                seconds.append(time.monotonic() - began)
        found[name] = {
            "bytes": len(data),
            "seconds": round(sorted(seconds)[1], 3),
            "most_mib": round(memory.most / 1024 / 1024),
            "result": str(made.failure or "shown in part"),
        }
    return found
