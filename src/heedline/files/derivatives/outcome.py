"""The result of making a derivative: parts, sizes and hashes, or the reason for its absence."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class NoDerivative(StrEnum):
    """A reason why a file cannot be shown."""

    NO_SANDBOX = "no-sandbox"
    NO_PROGRAM = "no-program"
    KIND = "kind"
    EMPTY = "empty"
    DAMAGED = "damaged"
    PROTECTED = "protected"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    BUSY = "busy"
    CUT = "cut"
    UNWANTED = "unwanted"


#: What an officer reads in the place of the file.
SENTENCES: dict[NoDerivative, str] = {
    NoDerivative.NO_SANDBOX: "Files cannot be shown here because no sandbox is available. The original is kept sealed.",
    NoDerivative.NO_PROGRAM: "A program that is needed to show this kind of file is not installed.",
    NoDerivative.KIND: "Files of this kind are never shown. The original is kept sealed.",
    NoDerivative.EMPTY: "The file is empty.",
    NoDerivative.DAMAGED: "The file is damaged or incomplete and cannot be shown.",
    NoDerivative.PROTECTED: "The file is protected by a password and cannot be shown.",
    NoDerivative.TOO_LARGE: "The file is too large to be shown when unpacked. It may have been made to overload us.",
    NoDerivative.TOO_SLOW: "The file took too long to convert and cannot be shown. It may have been made to overload us.",
    NoDerivative.BUSY: "Too many files are being converted at the moment. Try again in a minute.",
    NoDerivative.CUT: "It is long or takes much work, so only its beginning was converted. The original is kept sealed.",
    NoDerivative.UNWANTED: "This file was no longer open when its turn came. Open it again from its report.",
}


class PartRole(StrEnum):
    """The purpose of a part of a derivative."""

    PAGE = "page"
    POSTER = "poster"
    START = "start"
    FILM = "film"
    SOUND = "sound"
    TEXT = "text"


@dataclass(frozen=True)
class DerivativePart:
    """A part of a derivative (page, poster frame, film or recording) whose bytes are not yet known.

    `number` counts from 1 within the role. Sizes are in pixels; `seconds` is the length of a film or sound.
    """

    role: PartRole
    number: int
    media: str
    width: int = 0
    height: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class FinishedPart:
    """A part with the length and the SHA-256 of its bytes."""

    part: DerivativePart
    length: int
    sha256: str


class DerivativeSink(Protocol):
    """A destination for a derivative's bytes, part by part. At most one part is open at a time.

    Parts come in the order in which they are ready. A part that was begun and not ended is incomplete and must
    be thrown away: `make` raises whatever the sink raises and reports every other failure in its result.
    """

    def begin(self, part: DerivativePart) -> None:
        """Begin a part."""

    def write(self, data: bytes) -> None:
        """Add bytes to the open part."""

    def end(self, finished: FinishedPart) -> None:
        """Close the open part as complete."""


@dataclass(frozen=True)
class MadeDerivative:
    """The result of making one file's derivative.

    `pages` is how many pages or pictures the original has, of which `parts` may hold fewer. With `failure`, what
    was finished before is in `parts` and can still be shown. The SHA-256 is the original's, and empty if not
    all of the original was read.
    """

    pages: int = 0
    parts: tuple[FinishedPart, ...] = ()
    failure: NoDerivative | None = None
    original_sha256: str = ""
    original_length: int = 0
    words: str = field(default="", repr=False)
    """The text of a document, for the search index. It is empty for other file types."""

    @property
    def sentence(self) -> str:
        """Return the reason why the file cannot be shown, or "" if it can."""
        return SENTENCES[self.failure] if self.failure else ""
