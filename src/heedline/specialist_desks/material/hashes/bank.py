"""Search the desk's known image and text hashes.

A bank is built once in a session from what was unsealed, and is held in memory only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from heedline.specialist_desks.material.hashes.pdq import LEAST_QUALITY, PictureHash
from heedline.specialist_desks.material.hashes.texts import SKETCH_SIZE, TextSketch

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Pictures further apart than this are not called alike.
THRESHOLD = 31
#: Texts of which fewer of 64 minima agree are not called alike.
LEAST_AGREEING = 26
#: Entries that are compared at once: they fit in a processor's cache.
_BLOCK = 16_384


class Band(StrEnum):
    """The similarity of two pictures or texts, shown to examiners for information only."""

    SAME = "same"
    """The same hash."""
    RE_ENCODED = "re-encoded"
    """The same image, re-encoded or resized (at most 16 differing bits)."""
    EDITED = "edited"
    """Probably the same image with changes (at most 31 differing bits)."""

    @property
    def is_same(self) -> bool:
        """Return whether it is the same material, apart from its encoding or size."""
        return self is not Band.EDITED


def band(distance: int) -> Band | None:
    """Return the similarity band for a distance between two PDQ hashes, or None above the threshold."""
    if distance == 0:
        return Band.SAME
    if distance <= 16:
        return Band.RE_ENCODED
    return Band.EDITED if distance <= THRESHOLD else None


@dataclass(frozen=True, slots=True)
class BankMatch:
    """A similar entry in the bank.

    `entry` is its number in the bank. `form` is the number of the turned or mirrored form that matched.
    `distance` is the number of bits that differ, of 256, or of minima, of 64.
    """

    entry: int
    distance: int
    band: Band
    form: int = 0


class PictureBank:
    """A bank of known PDQ hashes, with a linear search."""

    def __init__(
        self, hashes: Sequence[bytes] | npt.NDArray[np.uint8], qualities: Sequence[int] | None = None
    ):
        """Build the bank from 32-byte hashes.

        An entry of a quality below 50 is kept in its place and never matches. Raises ValueError for a hash of
        another length.
        """
        import numpy as np

        if isinstance(hashes, np.ndarray):
            rows = np.ascontiguousarray(hashes, dtype=np.uint8)
        else:
            if any(len(one) != 32 for one in hashes):
                raise ValueError("a PDQ hash has 32 bytes")
            rows = np.frombuffer(b"".join(hashes), dtype=np.uint8)
        words = rows.reshape(-1, 32).view(np.uint64)
        self._words = tuple(np.ascontiguousarray(words[:, at]) for at in range(4))
        self._plain = (
            np.zeros(len(words), dtype=np.bool_)
            if qualities is None
            else np.asarray(qualities, dtype=np.int16) < LEAST_QUALITY
        )
        if len(self._plain) != len(words):
            raise ValueError("every hash has a quality")

    def __len__(self) -> int:
        return len(self._words[0])

    def look_up(self, picture: PictureHash, threshold: int = THRESHOLD) -> list[BankMatch]:
        """Return entries similar to an image in any of its eight orientations, closest first.

        A picture of a quality below 50 has none.
        """
        import numpy as np

        if not picture.claims:
            return []
        wanted = np.frombuffer(b"".join(picture.forms), dtype=np.uint64).reshape(-1, 4)
        best: dict[int, tuple[int, int]] = {}
        for start in range(0, len(self), _BLOCK):
            first, second = (one[start : start + _BLOCK] for one in self._words[:2])
            mixed = np.empty_like(first)
            half, more = np.empty(len(mixed), dtype=np.uint8), np.empty(len(mixed), dtype=np.uint8)
            for form, query in enumerate(wanted):
                # half of a hash differs in at most as many bits as the whole: few entries are left to count
                np.bitwise_count(np.bitwise_xor(first, query[0], out=mixed), out=half)
                np.bitwise_count(np.bitwise_xor(second, query[1], out=mixed), out=more)
                np.add(half, more, out=half)
                for at in np.flatnonzero(half <= threshold):
                    entry = start + int(at)
                    found = (self._distance(entry, query), form)
                    if found[0] <= threshold:
                        best[entry] = min(found, best.get(entry, found))
        matches = [
            BankMatch(entry, distance, band(distance) or Band.EDITED, form)
            for entry, (distance, form) in best.items()
            if not self._plain[entry]
        ]
        return sorted(matches, key=lambda one: (one.distance, one.entry))

    def _distance(self, entry: int, query: npt.NDArray[np.uint64]) -> int:
        return sum(
            int(words[entry] ^ word).bit_count() for words, word in zip(self._words, query, strict=True)
        )


class TextBank:
    """A bank of known text sketches, with a linear search."""

    def __init__(self, sketches: Sequence[TextSketch]):
        """Build the bank. Sketches of short texts keep their position but never match."""
        import numpy as np

        self._minima = np.zeros((len(sketches), SKETCH_SIZE), dtype=np.uint32)
        self._short = np.array([not one.claims for one in sketches], dtype=np.bool_)
        for at, one in enumerate(sketches):
            if one.claims:
                self._minima[at] = np.frombuffer(one.minima, dtype="<u4")
        self._whole = [one.whole for one in sketches]

    def look_up(self, text: TextSketch) -> list[BankMatch]:
        """Return entries similar to a text, closest first.

        A short text is alike only to itself.
        """
        import numpy as np

        same = [at for at, one in enumerate(self._whole) if one == text.whole]
        matches = {at: BankMatch(at, 0, Band.SAME) for at in same}
        if text.claims and len(self._whole):
            agreeing = (self._minima == np.frombuffer(text.minima, dtype="<u4")).sum(axis=1)
            for at in np.flatnonzero((agreeing >= LEAST_AGREEING) & ~self._short):
                distance = SKETCH_SIZE - int(agreeing[at])
                found = Band.RE_ENCODED if distance == 0 else Band.EDITED
                matches.setdefault(int(at), BankMatch(int(at), distance, found))
        return sorted(matches.values(), key=lambda one: (one.distance, one.entry))
