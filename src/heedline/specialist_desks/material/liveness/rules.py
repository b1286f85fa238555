"""Read the rules that classify stored responses from the pack (`liveness.toml`)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from heedline.packs.tables import Table, read_toml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_CODE = re.compile(r"[a-z][a-z0-9-]*")
_ANY = "any"


class PageKind(StrEnum):
    """The kind of page that a rule recognises."""

    TOMBSTONE = "tombstone"
    """A page stating that the material was removed, often with a success status."""
    LOGIN = "login"
    GEO = "geo"
    CHALLENGE = "challenge"
    """A page that tests whether the client is automated."""
    PARKED = "parked"
    """A domain parking page, shown after the original site has gone."""


@dataclass(frozen=True, slots=True)
class PageRule:
    """A dated rule that recognises a kind of page if all its conditions hold.

    `seen` is the day on which somebody last saw such a page, and `owner` looks at it again. `platform` is a
    platform's code, or "" for any.
    """

    code: str
    kind: PageKind
    platform: str
    seen: date
    owner: str
    at_most: int
    text: re.Pattern[str] | None
    path: re.Pattern[str] | None
    header: tuple[str, re.Pattern[str]] | None


@dataclass(frozen=True, slots=True)
class LivenessRules:
    """All liveness rules of a pack.

    `checks` are the times of checks after a notice was sent, each shifted by at most `shift` of its length. `late` says
    for each of them how long after it was due it is overdue.
    """

    pages: tuple[PageRule, ...]
    checks: tuple[timedelta, ...]
    late: tuple[timedelta, ...]
    shift: float
    agree_after: timedelta
    suspend_share: float
    suspend_items: int


def read_liveness_rules(folder: Traversable, platforms: Collection[str]) -> LivenessRules:
    """Return the rules read from `liveness.toml` in the folder of a pack.

    `platforms` are the known platforms. Raises PackError, naming the file and key.
    """
    top = read_toml(folder, "liveness.toml")
    as_of = top.day("as_of")
    checks, late = _hours(top, "checks"), _hours(top, "late")
    if len(late) != len(checks):
        raise top.wrong("late", "must have one time for each of checks")
    pages = tuple(_page(one, platforms, as_of) for one in top.tables("rules"))
    codes = [one.code for one in pages]
    if len(set(codes)) < len(codes):
        raise top.wrong("rules", "has one code twice")
    shift, share = top.number("shift_percent") / 100, top.number("suspend_percent") / 100
    if not shift < 1 or not 0 < share < 1:
        raise top.wrong("shift_percent", "and suspend_percent must be below 100")
    agree = timedelta(hours=top.number("agree_hours"))
    found = LivenessRules(pages, checks, late, shift, agree, share, top.number("suspend_items"))
    top.done()
    return found


def _hours(top: Table, key: str) -> tuple[timedelta, ...]:
    hours = top.raw(key)
    if (
        not isinstance(hours, list)
        or not hours
        or not all(type(one) in (int, float) and one > 0 for one in hours)
    ):
        raise top.wrong(key, "must be a list of hours above zero")
    if hours != sorted(set(hours)) and key == "checks":
        raise top.wrong(key, "must be in order")
    return tuple(timedelta(hours=one) for one in hours)


def _page(table: Table, platforms: Collection[str], as_of: date) -> PageRule:
    header = table.table("header", optional=True)
    platform = table.text("platform")
    if platform != _ANY and platform not in platforms:
        raise table.wrong("platform", f"no platform is called {platform}")
    rule = PageRule(
        code=table.text("code"),
        kind=PageKind(table.one_of("kind", tuple(PageKind))),
        platform="" if platform == _ANY else platform,
        seen=table.day("seen"),
        owner=table.text("owner"),
        at_most=table.number("at_most", 0),
        text=_pattern(table, "text"),
        path=_pattern(table, "path"),
        header=_header(header) if header.data else None,
    )
    if not _CODE.fullmatch(rule.code):
        raise table.wrong("code", "must be lower-case letters, digits and hyphens")
    if rule.seen > as_of:
        raise table.wrong("seen", "must not be later than as_of")
    if not (rule.text or rule.path or rule.header):
        raise table.wrong("", "must name a text, a path or a header")
    if rule.text and not rule.at_most:
        raise table.wrong("at_most", "is missing: without it, a page that quotes the words is taken for one")
    table.done()
    return rule


def _header(table: Table) -> tuple[str, re.Pattern[str]]:
    pattern = _pattern(table, "value")
    if pattern is None:
        raise table.wrong("value", "is missing")
    name = table.text("name").lower()
    table.done()
    return name, pattern


def _pattern(table: Table, key: str) -> re.Pattern[str] | None:
    if not table.has(key):
        return None
    try:
        return re.compile(table.text(key), re.IGNORECASE)
    except re.error as error:
        raise table.wrong(key, f"is not a regular expression: {error}") from None
