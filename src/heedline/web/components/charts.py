"""Bar charts in SVG, drawn on the server without scripts or styles.

A table with the same numbers follows each chart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Sizes in the units of the drawing, which is scaled to the page.
WIDTH, LABELS, NUMBERS = 360, 152, 64
_ROW, _BAR = 32, 20


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its label on the left and its number on the right.

    `shade` is the number of its pattern.
    """

    label: str
    number: int
    top: int
    width: int
    shade: int = 1

    @property
    def middle(self) -> int:
        """Return the vertical position of the text's baseline."""
        return self.top + 15

    @property
    def end(self) -> int:
        """Return the horizontal position at which the number starts."""
        return LABELS + self.width + 8


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart with a title.

    The title is a sentence that says what the numbers are.
    """

    title: str
    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        return len(self.bars) * _ROW

    @property
    def words(self) -> str:
        """Return the whole chart as text, for users who cannot see it."""
        return f"{self.title}: {', '.join(f'{bar.label} {bar.number}' for bar in self.bars)}"


def bar_chart(title: str, rows: Iterable[tuple[str, int, int]]) -> Chart:
    """Return a chart of rows, each with a label, a number and a shade.

    The longest bar fills the width.
    """
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
    """Return the width of a bar, which is always visible unless its number is zero."""
    return max(2, round(room * number / most)) if number else 0
