"""The tabs that specialist desks add to a report's pages, and their links in the menu."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.desk_hooks import register


@dataclass(frozen=True, slots=True)
class DeskTab:
    """A tab with its route name, label and count.

    A count of 0 is not shown.
    """

    url: str
    text: str
    count: int


def desk_tabs(ref: UUID, *, by: Attendance, at: datetime) -> tuple[DeskTab, ...]:
    """Return the tabs that this officer may see on a report."""
    return tuple(
        DeskTab(tab.url, tab.text, tab.count(ref, by, at) if tab.count is not None else 0)
        for desk in register.desks()
        for tab in desk.tabs
        if by.may(tab.capability) and (tab.shown is None or tab.shown(ref, by))
    )


def menu_links(*, by: Attendance) -> tuple[tuple[str, str], ...]:
    """Return the text and the route name of each menu link that this officer may see."""
    return tuple((link.text, link.url) for desk in register.desks() for link in desk.menu if link.shown(by))
