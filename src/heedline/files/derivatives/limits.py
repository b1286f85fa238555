"""Resource limits for making a derivative. The pack or the configuration can override them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_MIB = 1 << 20


@dataclass(frozen=True)
class Demand:
    """Who waits for a derivative: whether anybody still wants it, and whether other recordings wait for their turn."""

    wanted: Callable[[], bool] = lambda: True
    others_wait: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class DerivativeLimits:
    """Limits for one derivative, in addition to those of each sandbox."""

    #: Bytes of the original.
    original: int = 1024 * _MIB
    #: Pixels that are decoded for one picture, and the longest side of what is shown.
    pixels: int = 50_000_000
    longest_side: int = 4096
    #: Pictures of an animation or of a scan with several pages.
    pictures: int = 12
    #: Which page of a document to begin with, and how many to draw.
    first_page: int = 1
    pages: int = 20
    #: Seconds of a film or sound that are converted.
    seconds: int = 3600
    #: Seconds of work on a recording: on its beginning, on all of it while other recordings wait, and at most. It is then
    #: cut where it is.
    work_on_start: float = 30.0
    work: float = 120.0
    most_work: float = 1200.0
    demand: Demand = Demand()
    #: Bytes of text that are shown, and of words that are found when officers search.
    text: int = 2 * _MIB
    words: int = 100_000
