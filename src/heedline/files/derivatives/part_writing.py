"""Pass a derivative's parts to a sink with their lengths and hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from heedline.files.derivatives.outcome import DerivativePart, DerivativeSink, FinishedPart


class PartWriter:
    """A writer of parts to a sink, which records each part once it is complete."""

    def __init__(self, sink: DerivativeSink) -> None:
        self._sink = sink
        self.pages = 0
        self.words = ""
        self.finished: list[FinishedPart] = []

    def write(self, part: DerivativePart, data: Iterable[bytes]) -> FinishedPart:
        """Write one part, leaving it unfinished if `data` raises."""
        self._sink.begin(part)
        digest, length = hashlib.sha256(), 0
        for piece in data:
            digest.update(piece)
            length += len(piece)
            self._sink.write(piece)
        finished = FinishedPart(part, length, digest.hexdigest())
        self._sink.end(finished)
        self.finished.append(finished)
        return finished
