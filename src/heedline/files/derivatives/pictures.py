"""Photographs, screenshots and animations: upright pictures without metadata."""

from __future__ import annotations

from heedline.files.derivatives import frames
from heedline.files.derivatives.encoding import encoded
from heedline.files.derivatives.limits import DerivativeLimits
from heedline.files.derivatives.originals import OriginalInMemory
from heedline.files.derivatives.outcome import DerivativePart, NoDerivative, PartRole
from heedline.files.derivatives.part_writing import PartWriter
from heedline.files.derivatives.sandbox import SandboxLimits, SandboxRun, SandboxStopped, decoder, sandboxed

_REASONS = {
    frames.DecoderRefusal.DAMAGED: NoDerivative.DAMAGED,
    frames.DecoderRefusal.TOO_LARGE: NoDerivative.TOO_LARGE,
    frames.DecoderRefusal.PROTECTED: NoDerivative.PROTECTED,
    frames.DecoderRefusal.EMPTY: NoDerivative.EMPTY,
}


def read_pages(run: SandboxRun, writer: PartWriter, *, pixels: int, most: int, first: int = 1) -> None:
    """Read the frames of a decoder and write each picture as a page. Raise SandboxStopped."""
    try:
        if run.exactly(1) != frames.READY:
            raise frames.UnexpectedFrame
    except SandboxStopped as stopped:
        # It ended before our first line ran there: the sandbox did not stand.
        reason = NoDerivative.NO_SANDBOX if stopped.reason is NoDerivative.DAMAGED else stopped.reason
        raise SandboxStopped(reason) from None
    written = 0
    while (tag := run.exactly(1)) != frames.END:
        if tag == frames.COUNT:
            writer.pages = frames.read_number(run.exactly, most=2**32 - 1)
        elif tag == frames.PICTURE:
            if written >= most:
                raise frames.UnexpectedFrame
            width, height, lossless = frames.read_picture_head(run.exactly, most_pixels=pixels)
            data, media = encoded(
                width, height, run.exactly(width * height * frames.BYTES_PER_PIXEL), lossless=lossless
            )
            writer.write(DerivativePart(PartRole.PAGE, first + written, media, width, height), [data])
            written += 1
        elif tag == frames.REFUSED:
            raise SandboxStopped(_REASONS[frames.read_refusal(run.exactly)])
        else:
            raise frames.UnexpectedFrame
    if not written:
        raise SandboxStopped(NoDerivative.EMPTY)


def make_pictures(original: OriginalInMemory, writer: PartWriter, limits: DerivativeLimits) -> None:
    """Write one page for each picture of an image file. Raise SandboxStopped."""
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
