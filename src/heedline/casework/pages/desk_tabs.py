"""The pages that specialist desks add to a report, their links in the menu and their lines on My work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.desk_hooks.register import Hook, hooks
from heedline.permits.capabilities import AnyCapability


class ReportPlace(StrEnum):
    """The five places of a report, and its record. Each page of a report stands under one of them (ADR 167)."""

    ASSESS = "Assess"
    MESSAGES = "Messages"
    LINKS = "Links"
    TASKS = "Tasks and notes"
    CLOSING = "Pass on or close"
    RECORD = "Record"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTab(Hook):
    """A page of a report, listed under `place` and shown to officers with `capability`.

    `url` is the name of a route with `ref`. `count` maps (report, officer, now) to the number beside its name, where 0 shows none. `shown` says whether a report has the page; without it, every report has.
    """

    url: str
    text: str
    place: ReportPlace
    capability: AnyCapability
    count: Callable[[UUID, Attendance, datetime], int] | None = None
    shown: Callable[[UUID, Attendance], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuLink(Hook):
    """A menu link, shown to officers for whom `shown` returns true. `url` is a route name."""

    url: str
    text: str
    shown: Callable[[Attendance], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkWaiting:
    """A line on My work, with a link to the route `url` (and `ref`, if set)."""

    words: str
    url: str
    link: str
    ref: UUID | None = None


@dataclass(frozen=True, slots=True)
class DeskWork(Hook):
    """What a specialist desk says on the page My work."""

    lines: Callable[[Attendance, datetime], Sequence[WorkWaiting]]


@dataclass(frozen=True, slots=True)
class DeskTab:
    """A page of a report with its route name, label, count and place.

    A count of 0 is not shown.
    """

    url: str
    text: str
    count: int
    place: ReportPlace


def desk_tabs(ref: UUID, *, by: Attendance, at: datetime) -> tuple[DeskTab, ...]:
    """Return the pages of specialist desks that this officer may see on a report."""
    return tuple(
        DeskTab(tab.url, tab.text, tab.count(ref, by, at) if tab.count is not None else 0, tab.place)
        for tab in hooks(ReportTab)
        if by.may(tab.capability) and (tab.shown is None or tab.shown(ref, by))
    )


def menu_links(*, by: Attendance) -> tuple[tuple[str, str], ...]:
    """Return the text and the route name of each menu link that this officer may see."""
    return tuple((link.text, link.url) for link in hooks(MenuLink) if link.shown(by))


def desk_work(*, by: Attendance, at: datetime) -> list[WorkWaiting]:
    """Return what waits for this officer at the specialist desks, as lines of My work."""
    return [line for hook in hooks(DeskWork) for line in hook.lines(by, at)]
