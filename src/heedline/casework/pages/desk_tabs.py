"""The tabs that specialist desks add to the pages of a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.desk_hooks import register


@dataclass(frozen=True, slots=True)
class DeskTab:
    """A tab, with the name of its route, its text and the number beside it (0 shows none)."""

    url: str
    text: str
    count: int


def desk_tabs(ref: UUID, *, by: Attendance, at: datetime) -> tuple[DeskTab, ...]:
    """Return the tabs that this officer may see on a report."""
    return tuple(
        DeskTab(tab.url, tab.text, tab.count(ref, by, at) if tab.count is not None else 0)
        for desk in register.desks()
        for tab in desk.tabs
        if by.may(tab.capability)
    )
