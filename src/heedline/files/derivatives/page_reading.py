"""Read a sandboxed decoder's output and encode its pages as images."""

from __future__ import annotations

from collections.abc import Callable

from heedline.files.derivatives import frames
from heedline.files.derivatives.encoding import encoded
from heedline.files.derivatives.outcome import DerivativePart, NoDerivative, PartRole
from heedline.files.derivatives.part_writing import PartWriter
from heedline.files.derivatives.sandbox import SandboxRun, SandboxStopped

_REASONS = {
    frames.DecoderRefusal.DAMAGED: NoDerivative.DAMAGED,
    frames.DecoderRefusal.TOO_LARGE: NoDerivative.TOO_LARGE,
    frames.DecoderRefusal.PROTECTED: NoDerivative.PROTECTED,
    frames.DecoderRefusal.EMPTY: NoDerivative.EMPTY,
}


def read_ready(run: SandboxRun) -> None:
    """Read the first frame. Raise SandboxStopped if the decoder never started."""
    try:
        if run.exactly(1) != frames.READY:
            raise frames.UnexpectedFrame
    except SandboxStopped as stopped:
        reason = NoDerivative.NO_SANDBOX if stopped.reason is NoDerivative.DAMAGED else stopped.reason
        raise SandboxStopped(reason) from None


def read_frames(run: SandboxRun, handlers: dict[bytes, Callable[[], None]]) -> None:
    """Read frames up to the end, calling the handler for each frame's tag.

    Raise SandboxStopped or UnexpectedFrame.
    """
    read_ready(run)
    while (tag := run.exactly(1)) != frames.END:
        if tag == frames.REFUSED:
            raise SandboxStopped(_REASONS[frames.read_refusal(run.exactly)])
        if tag not in handlers:
            raise frames.UnexpectedFrame
        handlers[tag]()
    run.end()  # all is there; what it costs is counted once it has ended


def read_pages(
    run: SandboxRun, writer: PartWriter, *, pixels: int, most: int, first: int = 1, words: int = 0
) -> None:
    """Write a decoder's images as pages numbered from `first`, and collect up to `words` bytes of text.

    Raise SandboxStopped or UnexpectedFrame.
    """
    number = first

    def count() -> None:
        writer.pages = frames.read_number(run.exactly, most=2**32 - 1)

    def page() -> None:
        nonlocal number
        if number >= first + most:
            raise frames.UnexpectedFrame
        width, height, lossless = frames.read_picture_head(run.exactly, most_pixels=pixels)
        raw = run.exactly(width * height * frames.BYTES_PER_PIXEL)
        data, media = encoded(width, height, raw, lossless=lossless)
        writer.write(DerivativePart(PartRole.PAGE, number, media, width, height), [data])
        number += 1

    found, text = _taking_text(run, words)
    try:
        read_frames(
            run, {frames.COUNT: count, frames.PICTURE: page, **({frames.TEXT: text} if words else {})}
        )
    finally:
        writer.words = "".join(found)
    if number == first:
        raise SandboxStopped(NoDerivative.EMPTY)


def read_text(run: SandboxRun, *, most: int) -> str:
    """Return a decoder's text output, or raise SandboxStopped or UnexpectedFrame."""
    found, text = _taking_text(run, most)
    read_frames(run, {frames.TEXT: text})
    return "".join(found)


def _taking_text(run: SandboxRun, most: int) -> tuple[list[str], Callable[[], None]]:
    """Return a list and a frame handler that appends up to `most` bytes of text to it."""
    found: list[str] = []
    left = most

    def text() -> None:
        nonlocal left
        length = frames.read_number(run.exactly, most=left)
        left -= length
        try:
            found.append(run.exactly(length).decode("utf-8"))
        except UnicodeDecodeError:
            raise frames.UnexpectedFrame from None

    return found, text
