"""A file's display settings (covered, grey, rotation, zoom and page), all held in the query string."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

TURNS = (0, 90, 180, 270)
ZOOMS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class ViewState:
    """The viewer's display settings, with safe defaults."""

    shown: bool = False
    grey: bool = False
    turn: int = 0
    zoom: int = 1
    page: int = 1
    #: Second at which a film or sound begins.
    begin: int = 0

    def address(self) -> str:
        """Return these settings as a query string."""
        named = (
            ("show", int(self.shown), 0),
            ("grey", int(self.grey), 0),
            ("turn", self.turn, 0),
            ("zoom", self.zoom, 1),
            ("page", self.page, 1),
            ("begin", self.begin, 0),
        )
        values = {name: value for name, value, usual in named if value != usual}
        return "?" + urlencode(values)

    @property
    def uncovered(self) -> str:
        """Return the query string that uncovers the file."""
        return self.but(shown=True)

    @property
    def uncovered_in_grey(self) -> str:
        """Return the query string that uncovers the file in greyscale."""
        return self.but(shown=True, grey=True)

    def but(self, **changes: int | bool) -> str:
        """Return the query string with some settings changed."""
        return replace(self, **changes).address()  # type: ignore[arg-type]


def state_of(query: QueryDict, *, pages: int, seconds: float) -> ViewState:
    """Return the display settings in a query, limited to those that the file allows."""
    turn, zoom = _number(query, "turn", 0), _number(query, "zoom", 1)
    return ViewState(
        shown=query.get("show") == "1",
        grey=query.get("grey") == "1",
        turn=turn if turn in TURNS else 0,
        zoom=zoom if zoom in ZOOMS else 1,
        page=min(max(_number(query, "page", 1), 1), max(pages, 1)),
        begin=min(max(_number(query, "begin", 0), 0), int(seconds)),
    )


def _number(query: QueryDict, name: str, usual: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else usual
