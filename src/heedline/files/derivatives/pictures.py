"""Convert photographs, screenshots and animations to upright images without metadata."""

from __future__ import annotations

from heedline.files.derivatives import frames
from heedline.files.derivatives.limits import DerivativeLimits
from heedline.files.derivatives.originals import OriginalInMemory
from heedline.files.derivatives.page_reading import read_pages
from heedline.files.derivatives.part_writing import PartWriter
from heedline.files.derivatives.sandbox import SandboxLimits, decoder, sandboxed


def make_pictures(original: OriginalInMemory, writer: PartWriter, limits: DerivativeLimits) -> None:
    """Write one page for each image in a file, or raise SandboxStopped."""
    shown = min(limits.longest_side**2, limits.pixels)
    allowed = SandboxLimits(
        wall_seconds=20,
        processor_seconds=10,
        memory=300_000_000 + 8 * limits.pixels,
        output=(shown * frames.BYTES_PER_PIXEL + 64) * limits.pictures,
    )
    program = decoder("picture", str(limits.pixels), str(limits.longest_side), str(limits.pictures))
    with sandboxed(program, original.descriptor, allowed) as run:
        read_pages(run, writer, pixels=shown, most=limits.pictures)
        writer.pages = max(writer.pages, len(writer.finished))
