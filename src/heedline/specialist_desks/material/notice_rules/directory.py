"""The directory of platform companies and their channels for notices, read from the pack."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from heedline.packs.tables import Table, read_toml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_CODE = re.compile(r"[a-z][a-z0-9-]*")
_EMAIL = re.compile(r"[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}")
_HTTPS = re.compile(r"https://[a-z0-9.-]+(?:/[^\s?#]*)?")
_HOURS = re.compile(r"([0-2]\d:[0-5]\d)-([0-2]\d:[0-5]\d)")


class ChannelKind(StrEnum):
    """The methods of sending a notice."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    FORM = "form"
    """The company's web form, filled in by an examiner."""
    POST = "post"
    """Recorded post or delivery by hand to the company's postal address."""

    @property
    def is_carried(self) -> bool:
        """Whether the courier delivers through this channel. Forms and post are the examiner's."""
        return self in {ChannelKind.EMAIL, ChannelKind.WEBHOOK}


@dataclass(frozen=True, slots=True)
class NoticeChannel:
    """A channel for notices to a company. `crisis` marks one for emergencies such as a live attack."""

    kind: ChannelKind
    address: str
    crisis: bool = False


@dataclass(frozen=True, slots=True)
class ChannelTest:
    """The latest result for a channel, from a test or an undelivered notice."""

    at: datetime
    passed: bool


@dataclass(frozen=True, slots=True)
class Company:
    """A company that operates one or more platforms.

    `hours` are the times between which somebody reads notices, or None for always. `postal` is the address for a
    letter, or "" if it is not known. `source` says where the entry comes from.
    """

    code: str
    name: str
    platforms: tuple[str, ...]
    country: str
    languages: tuple[str, ...]
    hours: tuple[time, time] | None
    zone: ZoneInfo
    postal: str
    channels: tuple[NoticeChannel, ...]
    confirmed: date
    source: str
    invented: bool

    def is_open(self, now: datetime) -> bool:
        """Return whether the channel is staffed at this time."""
        if self.hours is None:
            return True
        local = now.astimezone(self.zone)
        return local.isoweekday() < 6 and self.hours[0] <= local.time() < self.hours[1]


@dataclass(frozen=True, slots=True)
class PlatformDirectory:
    """The directory of companies, searchable by code or by platform."""

    as_of: date
    companies: Mapping[str, Company]
    confirm_within: timedelta
    test_within: timedelta

    def of_platform(self, platform: str) -> Company | None:
        """Return the company that runs a platform, or None if the directory has none."""
        return next((one for one in self.companies.values() if platform in one.platforms), None)

    def is_out_of_date(self, company: Company, today: date) -> bool:
        """Return whether the company's entry is due to be confirmed again.

        Nobody confirms an invented company. Its entry ages no further than `as_of`, so that a demonstration can send
        notices on any day.
        """
        today = min(today, self.as_of) if company.invented else today
        return today - company.confirmed > self.confirm_within

    def is_tested(self, test: ChannelTest | None, now: datetime) -> bool:
        """Return whether a channel has recently passed a test."""
        return test is not None and test.passed and now - test.at <= self.test_within

    def usable_channels(
        self,
        company: Company,
        tests: Mapping[NoticeChannel, ChannelTest],
        now: datetime,
        *,
        crisis: bool = False,
    ) -> tuple[NoticeChannel, ...]:
        """Return the usable channels in order, with emergency channels first in a crisis.

        A channel for emergencies is never used for anything else.
        """
        usable = [
            one
            for one in company.channels
            if self.is_tested(tests.get(one), now) and (crisis or not one.crisis)
        ]
        return tuple(sorted(usable, key=lambda one: not one.crisis))


def read_platform_directory(folder: Traversable, platforms: Collection[str]) -> PlatformDirectory:
    """Return the directory read from `platform_directory.toml` in the folder of a pack.

    `platforms` are the known platforms. Raises PackError, naming the file and key.
    """
    top = read_toml(folder, "platform_directory.toml")
    as_of = top.day("as_of")
    companies = {code: _company(code, one, as_of) for code, one in top.named("companies").items()}
    runs: dict[str, str] = {}
    for code, one in companies.items():
        for platform in one.platforms:
            if platform not in platforms:
                raise top.wrong(f"companies.{code}.platforms", f"no platform is called {platform}")
            if runs.setdefault(platform, code) != code:
                raise top.wrong(f"companies.{code}.platforms", f"{platform} belongs to another company")
    confirm, test = top.number("confirm_days"), top.number("test_days")
    if not confirm or not test:
        raise top.wrong("confirm_days", "and test_days must be above zero")
    top.done()
    return PlatformDirectory(as_of, companies, timedelta(days=confirm), timedelta(days=test))


def _company(code: str, table: Table, as_of: date) -> Company:
    if not _CODE.fullmatch(code):
        raise table.wrong("", "a company's code is lower-case letters, digits and hyphens")
    try:
        zone = ZoneInfo(table.text("zone"))
    except (ZoneInfoNotFoundError, ValueError):
        raise table.wrong("zone", "is no time zone") from None
    company = Company(
        code=code,
        name=table.text("name"),
        platforms=table.texts("platforms"),
        country=table.text("country"),
        languages=table.texts("languages"),
        hours=_hours(table),
        zone=zone,
        postal=table.text("postal", ""),
        channels=tuple(_channel(one) for one in table.tables("channels")),
        confirmed=table.day("confirmed"),
        source=table.text("source"),
        invented=table.flag("invented", False),
    )
    if not re.fullmatch(r"[A-Z]{2}", company.country):
        raise table.wrong("country", "must be two capital letters")
    if not company.languages or not all(re.fullmatch(r"[a-z]{2,3}", one) for one in company.languages):
        raise table.wrong("languages", "must be codes such as en, at least one")
    if not company.platforms:
        raise table.wrong("platforms", "must not be empty")
    if not any(not one.crisis for one in company.channels):
        raise table.wrong("channels", "must have one that is not for emergencies only")
    if len(set(company.channels)) < len(company.channels):
        raise table.wrong("channels", "has one channel twice")
    if company.confirmed > as_of:
        raise table.wrong("confirmed", "must not be later than as_of of the directory")
    reserved = all(
        re.search(r"[@./]example(?:/|$)|\.example(?:/|$)", one.address) for one in company.channels
    )
    if company.invented and not reserved:
        raise table.wrong("channels", "an invented company has addresses under .example")
    if not company.invented and not _HTTPS.fullmatch(company.source):
        raise table.wrong("source", "must be the https address of a public page, because the company is real")
    table.done()
    return company


def _hours(table: Table) -> tuple[time, time] | None:
    text = table.text("hours")
    if text == "always":
        return None
    found = _HOURS.fullmatch(text)
    try:
        start, end = (time.fromisoformat(one) for one in found.groups()) if found else (time(), time())
    except ValueError:
        start, end = time(), time()
    if start >= end:
        raise table.wrong("hours", 'must be "always" or times such as 09:00-17:00')
    return start, end


def _channel(table: Table) -> NoticeChannel:
    kinds = tuple(one for one in ChannelKind if one is not ChannelKind.POST)
    channel = NoticeChannel(
        ChannelKind(table.one_of("kind", kinds)), table.text("address"), table.flag("crisis", False)
    )
    form = _EMAIL if channel.kind is ChannelKind.EMAIL else _HTTPS
    if not form.fullmatch(channel.address):
        raise table.wrong("address", f"is no address for {channel.kind}")
    table.done()
    return channel
