"""Text sketches, used to detect near-duplicate texts.

A sketch holds the smallest value of each of 64 hashes over all runs of three words. The share of minima that agree
estimates the share of runs that two texts have in common (Broder's MinHash).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SKETCH_SIZE = 64
#: A text of fewer runs says too little: anybody could have written it.
_FEWEST = 20
_RUN = 3
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class TextSketch:
    """The sketch of a text.

    `whole` is the SHA-256 of its words. `minima` are 64 numbers of four bytes, or b"" for a short text.
    """

    whole: bytes
    minima: bytes

    @property
    def claims(self) -> bool:
        """Return whether the text is long enough to compare with others."""
        return bool(self.minima)


def sketch_text(text: str) -> TextSketch:
    """Return the sketch of a text, ignoring case, punctuation and letter variants."""
    import numpy as np

    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    whole = hashlib.sha256(" ".join(words).encode()).digest()
    runs = {" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)}
    if len(runs) < _FEWEST:
        return TextSketch(whole, b"")
    values = np.frombuffer(
        b"".join(hashlib.blake2b(one.encode(), digest_size=8).digest() for one in runs), dtype="<u8"
    )
    multipliers, additions = _seeds()
    mixed = values[:, None] * (multipliers | np.uint64(1)) + additions
    return TextSketch(whole, (mixed >> np.uint64(32)).min(axis=0).astype("<u4").tobytes())


@lru_cache(maxsize=1)
def _seeds() -> npt.NDArray[np.uint64]:
    """Return the multipliers and addends of the 64 hash functions, which must never change."""
    import numpy as np

    drawn = hashlib.shake_256(b"heedline text sketch 1").digest(SKETCH_SIZE * 16)
    return np.frombuffer(drawn, dtype="<u8").reshape(2, SKETCH_SIZE)
