"""Statistical disclosure control for small numbers.

It also suppresses a figure from which a small number could be worked out. Figures come in fives, and
each may be up to eight too low or too high compared with what really happened
(`casework.intake.page_counts`). Plain Python.
"""

from __future__ import annotations

from dataclasses import dataclass

LEAST = 5
FEW = f"fewer than {LEAST}"
NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as displayed, which may be suppressed.

    If it is suppressed, `number` is None and `words` says so.
    """

    words: str
    number: int | None


def figure(number: int) -> Figure:
    """Return a stand-alone figure, suppressed if it is less than five."""
    return Figure(f"{number:,}", number) if number >= LEAST else Figure(FEW, None)


_HIDDEN = Figure(NOT_SHOWN, None)


@dataclass(frozen=True, slots=True)
class Passage:
    """The numbers of people who reached a page, who continued and who left.

    The three figures add up, so there is never exactly one of them suppressed.
    """

    entered: Figure
    continued: Figure
    left: Figure


def passage(entered: int, continued: int) -> Passage:
    """Return the figures for a page, suppressing any that are too small to show.

    If one of them is too small to show, a second one is suppressed as well, because the others would
    otherwise reveal it.
    """
    came, went, stayed = figure(entered), figure(continued), figure(max(0, entered - continued))
    if came.number is None:
        # who came is few, so nothing of what they did is shown
        return Passage(came, _HIDDEN if went.number is not None else went, _HIDDEN)
    if went.number is None and stayed.number is not None:
        return Passage(came, went, _HIDDEN)
    if stayed.number is None and went.number is not None:
        return Passage(came, _HIDDEN, stayed)
    return Passage(came, went, stayed)
