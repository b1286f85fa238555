"""Small numbers, and what would give one away. Plain Python.

Figures come in fives, and each is up to eight too low or too high against what really happened (`casework.intake.page_counts`).
"""

from __future__ import annotations

from dataclasses import dataclass

LEAST = 5
FEW = f"fewer than {LEAST}"
NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is shown: `number` is None when it is kept back, and `words` says so."""

    words: str
    number: int | None


def figure(number: int) -> Figure:
    """A number of its own; below five it is kept back."""
    return Figure(f"{number:,}", number) if number >= LEAST else Figure(FEW, None)


_HIDDEN = Figure(NOT_SHOWN, None)


@dataclass(frozen=True, slots=True)
class Passage:
    """How many came to a page, went on, and did not: of three figures that add up, never exactly one is kept back."""

    entered: Figure
    continued: Figure
    left: Figure


def passage(entered: int, continued: int) -> Passage:
    """The three figures. Where one is too small to show, a second is kept back, or the others would give it away."""
    came, went, stayed = figure(entered), figure(continued), figure(max(0, entered - continued))
    if came.number is None:
        # who came is few, so nothing of what they did is shown
        return Passage(came, _HIDDEN if went.number is not None else went, _HIDDEN)
    if went.number is None and stayed.number is not None:
        return Passage(came, went, _HIDDEN)
    if stayed.number is None and went.number is not None:
        return Passage(came, _HIDDEN, stayed)
    return Passage(came, went, stayed)
