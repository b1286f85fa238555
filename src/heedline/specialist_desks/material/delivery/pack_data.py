"""The current pack's company directory and notice rules."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from django.conf import settings

from heedline.packs import load_pack, pack_folder
from heedline.specialist_desks.material.items.addresses import rules as locator_rules
from heedline.specialist_desks.material.notice_rules.clock import NoticeRules, proclaimed, read_notice_rules
from heedline.specialist_desks.material.notice_rules.content import NoticeAddressee
from heedline.specialist_desks.material.notice_rules.directory import (
    ChannelKind,
    Company,
    NoticeChannel,
    PlatformDirectory,
    read_platform_directory,
)


@cache
def _directory(pack: str) -> PlatformDirectory:
    return read_platform_directory(pack_folder(pack), locator_rules().platforms)


@cache
def _rules(pack: str) -> NoticeRules:
    return read_notice_rules(pack_folder(pack))


def directory() -> PlatformDirectory:
    """Return the current pack's company directory."""
    return _directory(settings.PACK)


def notice_rules() -> NoticeRules:
    """Return the current pack's notice rules."""
    return _rules(settings.PACK)


def further_holidays() -> frozenset[date]:
    """Return the additional holidays listed in the pack."""
    return proclaimed(load_pack(settings.PACK).working_days)


def addressee_of(company: Company, channel: int | None) -> NoticeAddressee:
    """Return a company's addressee for a channel, or for its postal address if `channel` is None."""
    language = "en" if "en" in company.languages else company.languages[0]
    if channel is None:
        return NoticeAddressee(company.name, ChannelKind.POST, company.postal, language)
    chosen = company.channels[channel]
    return NoticeAddressee(company.name, chosen.kind, chosen.address, language)


def channel_at(company: Company, number: int | None) -> NoticeChannel | None:
    """Return a company's channel by number, or None."""
    if number is None or not 0 <= number < len(company.channels):
        return None
    return company.channels[number]


def is_out_of_date(company: Company, at: datetime) -> bool:
    """Return whether a company's entry is due for confirmation."""
    return directory().is_out_of_date(company, at.date())
