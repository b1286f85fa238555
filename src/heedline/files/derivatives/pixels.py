"""Sandboxed decoding of a picture to raw pixels, for comparing pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from heedline.files.derivatives import frames
from heedline.files.derivatives.limits import DerivativeLimits
from heedline.files.derivatives.originals import in_memory
from heedline.files.derivatives.page_reading import read_frames
from heedline.files.derivatives.sandbox import (
    SandboxLimits,
    SandboxStopped,
    decoder,
    sandbox_missing,
    sandboxed,
    turn,
)

#: A picture is made smaller while it is decoded, because a comparison needs no more.
_LONGEST_SIDE = 1_024


@dataclass(frozen=True, slots=True)
class RawPicture:
    """The first picture of a file: rows of red, green and blue from top to bottom, one byte each."""

    width: int
    height: int
    pixels: bytes = field(repr=False)


def first_picture(plaintext: Iterable[bytes]) -> RawPicture | None:
    """Return the first picture of an image file, or None if it cannot be decoded or there is no sandbox."""
    if sandbox_missing() is not None:
        return None
    limits, most, found = DerivativeLimits(), _LONGEST_SIDE**2, list[RawPicture]()
    allowed = SandboxLimits(
        wall_seconds=10,
        processor_seconds=5,
        memory=300_000_000 + 8 * limits.pixels,
        output=most * frames.BYTES_PER_PIXEL + 64,
    )
    program = decoder("picture", str(limits.pixels), str(_LONGEST_SIDE), "1")
    try:
        with (
            turn(),
            in_memory(plaintext, most=limits.original) as original,
            sandboxed(program, original.descriptor, allowed) as run,
        ):

            def picture() -> None:
                if found:
                    raise frames.UnexpectedFrame
                width, height, _ = frames.read_picture_head(run.exactly, most_pixels=most)
                pixels = run.exactly(width * height * frames.BYTES_PER_PIXEL)
                found.append(RawPicture(width, height, pixels))

            def count() -> None:
                frames.read_number(run.exactly, most=2**32 - 1)

            read_frames(run, {frames.COUNT: count, frames.PICTURE: picture})
    except (SandboxStopped, frames.UnexpectedFrame):
        return None
    return found[0] if found else None
