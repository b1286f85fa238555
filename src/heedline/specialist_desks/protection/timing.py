"""When the records of the protective security desk are due, from the pack (`protection.toml`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from django.conf import settings

from heedline.packs import load_pack
from heedline.packs.rules.retention import months_after
from heedline.packs.tables import read_toml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True)
class SiteTimes:
    """The months until a site is reviewed."""

    review_months: int


def read_site_times(folder: Traversable) -> SiteTimes:
    """Return the times read from `protection.toml`. Raises PackError."""
    top = read_toml(folder, "protection.toml")
    found = SiteTimes(top.number("review_months"))
    top.done()
    return found


@cache
def _times(code: str) -> SiteTimes:
    return read_site_times(files("heedline.packs").joinpath(code))


def review_due(at: datetime) -> datetime:
    """Return when a site that is opened or reviewed now has to be reviewed: at the close of business of that day."""
    return _closing_of(months_after(_today(at), _times(settings.PACK).review_months))


def _today(at: datetime) -> date:
    return at.astimezone(load_pack(settings.PACK).working_days.zone).date()


def _closing_of(day: date) -> datetime:
    days = load_pack(settings.PACK).working_days
    return datetime.combine(day, days.closes, days.zone).astimezone(UTC)
