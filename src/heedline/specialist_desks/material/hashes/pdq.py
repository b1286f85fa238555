"""A numpy implementation of PDQ, the perceptual image hash that Facebook published in 2019.

The steps are those of the reference implementation (ThreatExchange, `pdq/cpp`): luminance, two passes of a box
filter in each direction, 64 × 64 samples, the 16 × 16 lowest frequencies of a cosine transform, and one bit for
each that is above the median. The filter and the sampling are linear, so that here both are one matrix for each
direction. Results differ from the reference in at most a few bits, as its own implementations do from each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Stored with every hash: only hashes of one hasher are compared below a distance of about 16.
HASHER = "heedline-pdq-1"
#: A picture with less detail makes no claim: its hash would match any other plain picture.
LEAST_QUALITY = 50
#: Smaller pictures have no hash.
LEAST_SIDE = 5
_SIDE, _FREQUENCIES = 64, 16
_LUMINANCE = (0.299, 0.587, 0.114)


@dataclass(frozen=True, slots=True)
class PictureHash:
    """The PDQ hash of a picture.

    `forms` are eight hashes of 32 bytes: the picture, turned by 90, 180 and 270 degrees, mirrored top to bottom,
    mirrored left to right, and mirrored at each diagonal. `quality` is 0 to 100.
    """

    forms: tuple[bytes, ...]
    quality: int

    @property
    def value(self) -> bytes:
        """The hash of the picture in its original orientation."""
        return self.forms[0]

    @property
    def claims(self) -> bool:
        """Return whether the picture has enough detail for its hash to be reliable."""
        return self.quality >= LEAST_QUALITY


def hash_picture(pixels: npt.NDArray[np.uint8]) -> PictureHash | None:
    """Return the hash of an image, or None if it is too small.

    `pixels` has rows, columns and three colours, or rows and columns of a grey picture. Raises ValueError for
    any other shape.
    """
    import numpy as np

    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        raise ValueError("a picture has rows, columns and three colours, or none")
    if min(pixels.shape[:2]) < LEAST_SIDE:
        return None
    rows = _filter(pixels.shape[0])
    columns = _filter(pixels.shape[1])
    if pixels.ndim == 2:
        small = (rows @ pixels.astype(np.float32)) @ columns.T
    else:
        # each colour is made small first: the sum of colours is linear too
        small = sum(
            weight * ((rows @ pixels[:, :, at].astype(np.float32)) @ columns.T)
            for at, weight in enumerate(np.array(_LUMINANCE, dtype=np.float32))
        )
    wave = _cosines()
    frequencies = wave @ small @ wave.T
    return PictureHash(tuple(_bits(one) for one in _turned(frequencies)), _quality(small))


@lru_cache(maxsize=64)
def _filter(length: int) -> npt.NDArray[np.float32]:
    """Return the matrix that box-filters a line of `length` pixels twice and samples it at 64 points."""
    import numpy as np

    matrix = np.zeros((_SIDE, length), dtype=np.float64)
    window = (length + 2 * _SIDE - 1) // (2 * _SIDE)
    right = (window + 2) // 2 - 1
    left = window - right - 1
    starts = np.maximum(np.arange(length) - left, 0)
    ends = np.minimum(np.arange(length) + right, length - 1) + 1
    for row in range(_SIDE):
        at = int((row + 0.5) * length / _SIDE)
        weight = 1.0 / (ends[at] - starts[at])
        for inner in range(starts[at], ends[at]):
            matrix[row, starts[inner] : ends[inner]] += weight / (ends[inner] - starts[inner])
    if length == _SIDE:
        matrix = np.eye(_SIDE)
    return matrix.astype(np.float32)


@lru_cache(maxsize=1)
def _cosines() -> npt.NDArray[np.float32]:
    import numpy as np

    frequency = np.arange(1, _FREQUENCIES + 1)[:, None]
    place = 2 * np.arange(_SIDE)[None, :] + 1
    waves: npt.NDArray[np.float64] = np.cos(np.pi / 2 / _SIDE * frequency * place)
    scaled: npt.NDArray[np.float32] = (np.sqrt(2 / _SIDE) * waves).astype(np.float32)
    return scaled


def _quality(small: npt.NDArray[np.float32]) -> int:
    """Return the gradient quality of the samples, from 0 to 100."""
    import numpy as np

    down = np.trunc((small[:-1] - small[1:]) * 100 / 255)
    across = np.trunc((small[:, :-1] - small[:, 1:]) * 100 / 255)
    return min(100, int(np.abs(down).sum() + np.abs(across).sum()) // 90)


def _turned(frequencies: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], ...]:
    """Return the image's DCT coefficients in its eight orientations, which differ only in sign and order."""
    import numpy as np

    odd_rows = np.where(np.arange(_FREQUENCIES) % 2, 1, -1).astype(np.float32)[:, None]
    odd_columns = odd_rows.T
    both = odd_rows * odd_columns
    return (
        frequencies,
        (frequencies * odd_columns).T,
        frequencies * both,
        (frequencies * odd_rows).T,
        frequencies * odd_rows,
        frequencies * odd_columns,
        frequencies.T,
        (frequencies * both).T,
    )


def _bits(frequencies: npt.NDArray[np.float32]) -> bytes:
    import numpy as np

    flat = frequencies.reshape(-1)
    median = np.partition(flat, 127)[127]  # the lower of the two in the middle, as in the reference
    return np.packbits((flat > median)[::-1]).tobytes()
