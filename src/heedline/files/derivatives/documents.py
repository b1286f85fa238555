"""Convert PDF files and office documents to page images and text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from heedline.files.derivatives import frames
from heedline.files.derivatives.limits import DerivativeLimits
from heedline.files.derivatives.originals import OriginalInMemory
from heedline.files.derivatives.outcome import NoDerivative
from heedline.files.derivatives.page_reading import read_pages
from heedline.files.derivatives.part_writing import PartWriter
from heedline.files.derivatives.sandbox import SandboxLimits, SandboxStopped, decoder, sandboxed

#: Pages are drawn at 150 dots per inch, and never longer than this.
_LONGEST = 2400
_MEMORY = 1_500_000_000


_OFFICE = Path("/usr/lib/libreoffice/program/soffice.bin")
#: LibreOffice needs a minute at most, several processes, sockets inside (it has no network) and room for files.
_OFFICE_SECONDS, _OFFICE_SCRATCH, _OFFICE_FILE = 60, 400_000_000, 200_000_000


def office_missing() -> str | None:
    """Return a message if LibreOffice is missing, otherwise None."""
    if _OFFICE.exists():
        return None
    return (
        "Office documents need LibreOffice, which is not installed (apt-get install --no-install-recommends"
        " libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui)."
    )


def _pdf_limits(seconds: int, output: int) -> SandboxLimits:
    return SandboxLimits(wall_seconds=2 * seconds, processor_seconds=seconds, memory=_MEMORY, output=output)


def _office_limits(limits: SandboxLimits) -> SandboxLimits:
    if office_missing():
        raise SandboxStopped(NoDerivative.NO_PROGRAM)
    return replace(
        limits,
        wall_seconds=limits.wall_seconds + _OFFICE_SECONDS,
        processor_seconds=limits.processor_seconds + _OFFICE_SECONDS,
        tasks=128,
        scratch=_OFFICE_SCRATCH,
        file_size=_OFFICE_FILE,
        new_processes=True,
        sockets=True,
    )


def _draw(original: OriginalInMemory, writer: PartWriter, limits: DerivativeLimits, *, office: bool) -> None:
    pixels = (_LONGEST + 1) ** 2
    pictures = (pixels * frames.BYTES_PER_PIXEL + 64) * limits.pages
    allowed = _pdf_limits(10 + limits.pages, pictures + 2 * limits.words + 4096)
    allowed = _office_limits(allowed) if office else allowed
    numbers = (limits.first_page, limits.pages, _LONGEST, limits.words)
    with sandboxed(
        decoder("office" if office else "pdf", *map(str, numbers)), original.descriptor, allowed
    ) as run:
        read_pages(run, writer, pixels=pixels, most=limits.pages, first=limits.first_page, words=limits.words)


def make_pdf(original: OriginalInMemory, writer: PartWriter, limits: DerivativeLimits) -> None:
    """Write a PDF's text, and its page images starting at `limits.first_page`.

    Raise SandboxStopped.
    """
    _draw(original, writer, limits, office=False)


def make_office(original: OriginalInMemory, writer: PartWriter, limits: DerivativeLimits) -> None:
    """Write an office document's page images and text, or raise SandboxStopped."""
    _draw(original, writer, limits, office=True)
