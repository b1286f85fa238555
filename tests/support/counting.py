"""Counts of what a computer does, for budgets that hold on a machine of any speed, whatever else it does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


def calls(work: Callable[[], object]) -> int:
    """Return how many functions, of Python and of C, are called while something is done in this thread."""
    made = 0

    def note(frame: FrameType, event: str, arg: object) -> None:
        nonlocal made
        made += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return made
