"""The output format of sandboxed decoders: counts, sizes, raw pixels and plain text only.

A frame is one tag byte, a head of fixed length in network byte order and, for pixels and text, a body whose
length follows from the head. Both sides use this module. It imports nothing but the standard library,
because the decoders run with little more.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from enum import IntEnum

READY = b"R"
COUNT = b"C"
PICTURE = b"P"
TEXT = b"T"
REFUSED = b"X"
END = b"E"

#: Width, height, and 1 if the original was stored without loss.
PICTURE_HEAD = struct.Struct("!IIB")
NUMBER = struct.Struct("!I")
CODE = struct.Struct("!B")
#: Red, green and blue, one byte each. Decoders put transparent pixels on white.
BYTES_PER_PIXEL = 3


class DecoderRefusal(IntEnum):
    """The reason for a decoder's failure."""

    DAMAGED = 1
    TOO_LARGE = 2
    PROTECTED = 3
    EMPTY = 4


class FrameWriter:
    """A writer of frames to a file descriptor, used inside the sandbox."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def _write(self, data: bytes | memoryview) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._descriptor, left) :]

    def ready(self) -> None:
        """Write the frame that marks a working sandbox and the start of decoding."""
        self._write(READY)

    def count(self, pages: int) -> None:
        """Write the number of pages or images in the original."""
        self._write(COUNT + NUMBER.pack(min(pages, 2**32 - 1)))

    def picture(self, width: int, height: int, pixels: bytes, *, lossless: bool) -> None:
        """Write one image as RGB rows from top to bottom."""
        self._write(PICTURE + PICTURE_HEAD.pack(width, height, lossless))
        self._write(pixels)

    def text(self, words: str) -> None:
        """Write text, in UTF-8."""
        data = words.encode("utf-8", "replace")
        self._write(TEXT + NUMBER.pack(len(data)))
        self._write(data)

    def refused(self, why: DecoderRefusal) -> None:
        """Write the reason why decoding stopped."""
        self._write(REFUSED + CODE.pack(why))

    def end(self) -> None:
        """Write the frame that marks the end of the output."""
        self._write(END)


class UnexpectedFrame(Exception):
    """Raised when a sandbox's output violates the protocol or exceeds a limit."""


def read_picture_head(exactly: Callable[[int], bytes], *, most_pixels: int) -> tuple[int, int, bool]:
    """Return the width, the height and whether the original was lossless, or raise UnexpectedFrame."""
    width, height, lossless = PICTURE_HEAD.unpack(exactly(PICTURE_HEAD.size))
    if not 0 < width * height <= most_pixels or lossless > 1:
        raise UnexpectedFrame
    return width, height, bool(lossless)


def read_number(exactly: Callable[[int], bytes], *, most: int) -> int:
    """Return a count or a length. Raise UnexpectedFrame if it is above `most`."""
    (number,) = NUMBER.unpack(exactly(NUMBER.size))
    if number > most:
        raise UnexpectedFrame
    return int(number)


def read_refusal(exactly: Callable[[int], bytes]) -> DecoderRefusal:
    """Return the reason why a decoder stopped. Raise UnexpectedFrame for an unknown code."""
    try:
        return DecoderRefusal(exactly(CODE.size)[0])
    except ValueError:
        raise UnexpectedFrame from None
