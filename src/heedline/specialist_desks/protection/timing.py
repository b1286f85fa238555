"""When the records of the protective security desk are due, from the pack (`protection.toml`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from heedline.packs import load_pack, pack_folder
from heedline.packs.rules.retention import months_after
from heedline.packs.rules.working_days import Within
from heedline.packs.tables import read_toml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True)
class SiteTimes:
    """How long a site waits for its review, a visit for its report, and what was recommended for its follow-up."""

    review_months: int
    report_within: Within
    follow_up_months: int
    retry_within: Within


def read_site_times(folder: Traversable) -> SiteTimes:
    """Return the times read from `protection.toml`. Raises PackError."""
    top = read_toml(folder, "protection.toml")
    names = ("review_months", "report_working_days", "follow_up_months", "retry_working_days")
    numbers = {name: top.number(name) for name in names}
    for name, number in numbers.items():
        if not number:
            raise top.wrong(name, "must be above zero")
    found = SiteTimes(
        numbers["review_months"],
        Within(working_days=numbers["report_working_days"]),
        numbers["follow_up_months"],
        Within(working_days=numbers["retry_working_days"]),
    )
    top.done()
    return found


@cache
def _times(code: str) -> SiteTimes:
    return read_site_times(pack_folder(code))


def review_due(at: datetime) -> datetime:
    """Return when a site that is opened or reviewed now has to be reviewed: at the close of business of that day."""
    return closing_of(months_after(today(at), _times(settings.PACK).review_months))


def follow_up_due(at: datetime) -> datetime:
    """Return when a visit that was reported now has to be followed up."""
    return closing_of(months_after(today(at), _times(settings.PACK).follow_up_months))


def report_within() -> Within:
    """Return the time after the day of a visit within which its report is given."""
    return _times(settings.PACK).report_within


def retry_within() -> Within:
    """Return the time within which an organisation that did not answer is asked again."""
    return _times(settings.PACK).retry_within


def is_later(day: date, at: datetime) -> bool:
    """Return whether a day has not come yet."""
    return day > today(at)


def today(at: datetime) -> date:
    """Return the day at the offices of the pack."""
    return at.astimezone(load_pack(settings.PACK).working_days.zone).date()


def closing_of(day: date) -> datetime:
    """Return the close of business on a day, in UTC."""
    days = load_pack(settings.PACK).working_days
    return datetime.combine(day, days.closes, days.zone).astimezone(UTC)
