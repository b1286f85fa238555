"""The directory of companies: what a mistake is called, and which channel may be used."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from heedline.packs.tables import PackError
from heedline.specialist_desks.material.locators import read_locator_rules
from heedline.specialist_desks.material.notice_rules.directory import (
    ChannelTest,
    PlatformDirectory,
    read_platform_directory,
)

UK = files("heedline.packs") / "uk"
PLATFORMS = read_locator_rules(UK).platforms
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def directory() -> PlatformDirectory:
    return read_platform_directory(UK, PLATFORMS)


def test_every_invented_platform_has_a_company(directory: PlatformDirectory) -> None:
    invented = {code for code, one in PLATFORMS.items() if one.invented}
    assert invented
    assert {code for code in invented if directory.of_platform(code) is None} == set()
    assert directory.of_platform("x") is None


def test_a_real_company_has_a_public_source(directory: PlatformDirectory) -> None:
    for one in directory.companies.values():
        assert one.invented or one.source.startswith("https://")


def test_an_entry_that_nobody_confirms_goes_out_of_date(directory: PlatformDirectory) -> None:
    company = replace(directory.companies["reelbox"], invented=False)
    assert not directory.is_out_of_date(company, company.confirmed + 180 * DAY)
    assert directory.is_out_of_date(company, company.confirmed + 181 * DAY)


def test_a_demonstration_can_send_notices_years_from_now(directory: PlatformDirectory) -> None:
    codes = {
        one.code for one in directory.companies.values() if directory.is_out_of_date(one, date(2031, 1, 1))
    }
    assert codes == {"murmur"}, "out of date when the directory was written, for everybody to see"


def test_only_channels_that_passed_their_test_are_used(directory: PlatformDirectory) -> None:
    company = directory.companies["kiteboard"]
    webhook, email, crisis = company.channels
    passed, failed = ChannelTest(NOW, passed=True), ChannelTest(NOW, passed=False)
    assert directory.usable_channels(company, {}, NOW) == ()
    assert directory.usable_channels(company, {webhook: failed, email: passed}, NOW) == (email,)
    every = {webhook: passed, email: passed, crisis: passed}
    assert directory.usable_channels(company, every, NOW) == (webhook, email)
    assert directory.usable_channels(company, every, NOW, crisis=True) == (crisis, webhook, email)
    assert directory.usable_channels(company, every, NOW + 32 * DAY) == ()


def test_a_company_is_open_by_its_own_clock(directory: PlatformDirectory) -> None:
    reelbox = directory.companies["reelbox"]
    assert directory.companies["kiteboard"].is_open(NOW)
    assert reelbox.is_open(datetime(2026, 11, 24, 8, tzinfo=UTC))  # nine in Paris
    assert not reelbox.is_open(datetime(2026, 11, 24, 7, 59, tzinfo=UTC))
    assert not reelbox.is_open(datetime(2026, 11, 24, 17, tzinfo=UTC))
    assert not reelbox.is_open(datetime(2026, 11, 28, 12, tzinfo=UTC))  # Saturday


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ('platforms = ["reelbox"]', 'platforms = ["nothing"]', "no platform is called nothing"),
        ('platforms = ["reelbox"]', 'platforms = ["murmur"]', "belongs to another company"),
        ('platforms = ["reelbox"]', "platforms = []", "platforms: must not be empty"),
        ('country = "FR"', 'country = "France"', "two capital letters"),
        ('languages = ["fr", "en"]', "languages = []", "languages: must be codes"),
        ('hours = "09:00-18:00"', 'hours = "18:00-09:00"', "hours: must be"),
        ('hours = "09:00-18:00"', 'hours = "09:00-29:00"', "hours: must be"),
        ('zone = "Europe/Paris"', 'zone = "Europe/Exampleton"', "is no time zone"),
        ("confirmed = 2026-10-02", "confirmed = 2027-01-01", "must not be later"),
        ('address = "abuse@murmur.example"', 'address = "abuse@murmur.test"', "under .example"),
        ('address = "abuse@murmur.example"', 'address = "abuse@"', "is no address for email"),
        ('address = "abuse@murmur.example"', 'address = "abuse@murmur.example"\ncrisis = true', "emergencies only"),
        ('kind = "form"', 'kind = "post"', "kind: must be one of"),
        ('kind = "form"\naddress = "https://', 'kind = "form"\naddress = "http://', "is no address for form"),
        ('address = "crisis@kiteboard.example"\ncrisis = true', 'address = "authorities@kiteboard.example"', "one channel twice"),
        ("confirmed = 2026-02-01\nsource = \"invented\"\ninvented = true", 'confirmed = 2026-02-01\nsource = "hearsay"', "company is real"),
        ("confirm_days = 180", "confirm_days = 0", "above zero"),
        ("[companies.murmur]", "[companies.Murmur]", "is not|code is"),
        ('country = "NL"', 'country = "NL"\nnote = "x"', "is not a known key"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_directory_is_named(tmp_path: Path, was: str, becomes: str, message: str) -> None:
    text = (UK / "platform_directory.toml").read_text(encoding="utf-8")
    assert was in text
    text = text.replace(was, becomes)
    if "Murmur]" in becomes:
        text = text.replace("[[companies.murmur.channels]]", "[[companies.Murmur.channels]]")
    (tmp_path / "platform_directory.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=message):
        read_platform_directory(tmp_path, PLATFORMS)


def test_today_the_directory_is_read(directory: PlatformDirectory) -> None:
    assert directory.companies["kiteboard"].confirmed <= date(2026, 11, 26)
