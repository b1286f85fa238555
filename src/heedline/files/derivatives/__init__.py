"""Derivatives of files, made in a sandbox and shown to officers instead of the originals.

`make` takes a file's kind and its plaintext and writes pages, a poster, a film, a sound or a text to a sink.
Start reading at `making.py`. `sandbox.py` starts bubblewrap and limits what comes out of it; the decoders are
in `inside/` and see nothing of Heedline. Their output is counts, sizes, raw pixels, samples and plain text
(`frames.py`), which our own code encodes outside. Nothing is ever decoded without a sandbox.
"""

from heedline.files.derivatives.documents import office_missing
from heedline.files.derivatives.limits import Demand, DerivativeLimits
from heedline.files.derivatives.making import RECORDINGS, make
from heedline.files.derivatives.outcome import (
    SENTENCES,
    DerivativePart,
    DerivativeSink,
    FinishedPart,
    MadeDerivative,
    NoDerivative,
    PartRole,
)
from heedline.files.derivatives.recordings import ffmpeg_missing
from heedline.files.derivatives.sandbox import sandbox_missing

__all__ = [
    "RECORDINGS",
    "SENTENCES",
    "Demand",
    "DerivativeLimits",
    "DerivativePart",
    "DerivativeSink",
    "FinishedPart",
    "MadeDerivative",
    "NoDerivative",
    "PartRole",
    "ffmpeg_missing",
    "make",
    "office_missing",
    "sandbox_missing",
]
