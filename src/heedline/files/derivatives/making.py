"""Make the derivative of a file, which officers see instead of the original."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import BinaryIO

from heedline.files.derivatives import frames
from heedline.files.derivatives.documents import make_office, make_pdf
from heedline.files.derivatives.films import make_film
from heedline.files.derivatives.limits import DerivativeLimits
from heedline.files.derivatives.originals import OriginalInMemory, in_memory
from heedline.files.derivatives.outcome import DerivativeSink, MadeDerivative, NoDerivative
from heedline.files.derivatives.part_writing import PartWriter
from heedline.files.derivatives.pictures import make_pictures
from heedline.files.derivatives.sandbox import SandboxStopped, sandbox_missing, turn
from heedline.files.derivatives.sounds import make_sound
from heedline.files.derivatives.texts import make_text
from heedline.files.kinds import FileKind

type _Maker = Callable[[OriginalInMemory, PartWriter, DerivativeLimits], None]

#: Kinds whose conversion can take minutes.
RECORDINGS = frozenset({FileKind.FILM, FileKind.SOUND})
#: What is not here is never shown.
_MAKERS: dict[FileKind, _Maker] = {
    FileKind.IMAGE: make_pictures,
    FileKind.FILM: make_film,
    FileKind.SOUND: make_sound,
    FileKind.PDF: make_pdf,
    FileKind.OFFICE: make_office,
    FileKind.TEXT: make_text,
}


def make(
    kind: FileKind,
    plaintext: BinaryIO | Iterable[bytes],
    sink: DerivativeSink,
    limits: DerivativeLimits | None = None,
) -> MadeDerivative:
    """Convert a file in a sandbox and write the result to a sink.

    `plaintext` is the original, cut at its true length. Nothing is decoded if there is no sandbox. Every
    failure is in the result; only what the sink or `plaintext` raises is passed on.
    """
    limits = limits or DerivativeLimits()
    if kind not in _MAKERS:
        return MadeDerivative(failure=NoDerivative.KIND)
    if sandbox_missing() is not None:
        return MadeDerivative(failure=NoDerivative.NO_SANDBOX)
    writer, sha256, length, failure = PartWriter(sink), "", 0, None
    try:
        with turn(recording=kind in RECORDINGS), in_memory(plaintext, most=limits.original) as original:
            sha256, length = original.sha256, original.length
            _MAKERS[kind](original, writer, limits)
    except SandboxStopped as stopped:
        failure = stopped.reason
    except frames.UnexpectedFrame:
        failure = NoDerivative.DAMAGED
    return MadeDerivative(
        pages=writer.pages,
        parts=tuple(writer.finished),
        failure=failure,
        original_sha256=sha256,
        original_length=length,
        words=writer.words,
    )
