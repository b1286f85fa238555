"""Bar charts as SVG, drawn on the server without scripts or styles. The table of the same numbers stands below each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Sizes in the units of the drawing, which is scaled to the page.
WIDTH, LABELS, NUMBERS = 360, 152, 64
_ROW, _BAR = 32, 20


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its label on the left and its number on the right. `shade` is the number of its pattern."""

    label: str
    number: int
    top: int
    width: int
    shade: int = 1

    @property
    def middle(self) -> int:
        """Return the height of the base line of the texts."""
        return self.top + 15

    @property
    def end(self) -> int:
        """Return where the number begins."""
        return LABELS + self.width + 8


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart. `title` says what the numbers are, in one sentence that holds them all."""

    title: str
    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        return len(self.bars) * _ROW

    @property
    def words(self) -> str:
        """Return the whole chart as a sentence, for whoever does not see it."""
        return f"{self.title}: {', '.join(f'{bar.label} {bar.number}' for bar in self.bars)}"


def bar_chart(title: str, rows: Iterable[tuple[str, int, int]]) -> Chart:
    """Return a chart of these rows: label, number and shade. The longest bar fills the width."""
    known = tuple(rows)
    most = max((number for _, number, _ in known), default=0)
    room = WIDTH - LABELS - NUMBERS
    return Chart(
        title,
        tuple(
            Bar(label, number, place * _ROW + 6, _width(number, most, room), shade)
            for place, (label, number, shade) in enumerate(known)
        ),
    )


def _width(number: int, most: int, room: int) -> int:
    """Return the length of a bar. One that is not nought is always to be seen."""
    return max(2, round(room * number / most)) if number else 0
