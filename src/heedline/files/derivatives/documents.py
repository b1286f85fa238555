"""PDF files as pictures of their pages."""

from __future__ import annotations

from heedline.files.derivatives import frames
from heedline.files.derivatives.limits import DerivativeLimits
from heedline.files.derivatives.originals import OriginalInMemory
from heedline.files.derivatives.page_reading import read_pages, read_text
from heedline.files.derivatives.part_writing import PartWriter
from heedline.files.derivatives.sandbox import SandboxLimits, decoder, sandboxed

#: Pages are drawn at 150 dots per inch, and never longer than this.
_LONGEST = 2400
_MEMORY = 1_500_000_000


def make_pdf(original: OriginalInMemory, writer: PartWriter, limits: DerivativeLimits) -> None:
    """Write one picture for each page from `limits.first_page` on. Raise SandboxStopped."""
    pixels = (_LONGEST + 1) ** 2
    allowed = SandboxLimits(
        wall_seconds=20 + 2 * limits.pages,
        processor_seconds=10 + limits.pages,
        memory=_MEMORY,
        output=(pixels * frames.BYTES_PER_PIXEL + 64) * limits.pages,
    )
    program = decoder("pdf", "pages", str(limits.first_page), str(limits.pages), str(_LONGEST))
    with sandboxed(program, original.descriptor, allowed) as run:
        read_pages(run, writer, pixels=pixels, most=limits.pages, first=limits.first_page)


def pdf_words(original: OriginalInMemory, limits: DerivativeLimits) -> str:
    """Return the words of a PDF file for the search index. Raise SandboxStopped."""
    allowed = SandboxLimits(
        wall_seconds=60, processor_seconds=30, memory=_MEMORY, output=2 * limits.text + 4096
    )
    with sandboxed(decoder("pdf", "words", str(limits.text)), original.descriptor, allowed) as run:
        return read_text(run, most=limits.text)
