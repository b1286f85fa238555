"""Tests for device numbers, wallets, bank accounts, passports, foreign plates, aliases and addresses without a postcode."""

from __future__ import annotations

import pytest

from heedline.index.extraction.comparison import Strength, compare
from heedline.index.extraction.extract import extract
from heedline.index.extraction.values import Extract, Kind, ReportText
from heedline.packs import load_pack

RULES = load_pack("uk").matching
WALLET = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
BECH32 = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
ETHER = "0x52908400098527886e0f7030069857d2e4169ee7"


def told(text: str) -> Extract:
    return extract([ReportText(text, "text", "Report")], RULES)


def found(kind: Kind, text: str) -> list[str]:
    return [value.canonical for value in told(text).of(kind)]


@pytest.mark.parametrize(
    ("kind", "text", "canonical"),
    [
        (Kind.DEVICE, "the IMEI is 352099001761481.", "35209900176148"),
        (Kind.DEVICE, "phone 35-209900-176148-1 was on the sim tray", "35209900176148"),
        (Kind.DEVICE, "IMEI 35 209900 176148 1", "35209900176148"),
        (Kind.DEVICE, "imei/sv: 3520990017614823", "35209900176148"),
        (Kind.WALLET, f"send it to {WALLET}, he said", WALLET),
        (Kind.WALLET, f"wallet:{BECH32}", BECH32),
        (Kind.WALLET, f"QR said {BECH32.upper()}", BECH32),
        (Kind.WALLET, "donate to 0x52908400098527886E0F7030069857D2E4169EE7", ETHER),
        (Kind.BANK, "He uses sort code 60-16-13 and account 31926819", "601613/31926819"),
        (Kind.BANK, "paid into 31926819, sort code 60 16 13", "601613/31926819"),
        (Kind.BANK, "Barclays 601613 / 31926819", "601613/31926819"),
        (Kind.BANK, "IBAN GB29 NWBK 6016 1331 9268 19 please", "601613/31926819"),
        (Kind.BANK, "gb29nwbk60161331926819", "601613/31926819"),
        (Kind.BANK, "to DE89 3704 0044 0532 0130 00 in May", "DE89370400440532013000"),
        (Kind.PASSPORT, "his passport number is 533380006", "533380006"),
        (Kind.PASSPORT, "Passport no. 533 380 006, expires 2031", "533380006"),
        (Kind.PASSPORT, "a Pakistani passport AB1234567", "AB1234567"),
        (Kind.REGISTRATION, "a Polish van with the plate WA 12345", "WA12345"),
        (Kind.REGISTRATION, "white Audi, Dutch plates: 12-XB-34", "12XB34"),
        (Kind.REGISTRATION, "number plate AB-123-CD, French I think", "AB123CD"),
        (Kind.REGISTRATION, "silver car 191-D-12345 outside", "191D12345"),
        (Kind.ALIAS, "He is known as Viper on the estate.", "viper"),
        (Kind.ALIAS, 'she goes by "the Barber" now', "barber"),
        (Kind.ALIAS, "a man nicknamed Ghost.", "ghost"),
        (Kind.ALIAS, "calls himself ‘desert fox’", "desert fox"),
        (Kind.ADDRESS, "They meet at 14 Mill Lane, Gateshead on Fridays", "mill lane, gateshead/14"),
        (Kind.ADDRESS, "Flat 2, 14 Mill Ln in Gateshead", "mill lane, gateshead/14/2"),
        (Kind.ADDRESS, "14 Sea View Road, Southend on Sea by the pier", "sea view road, southend on sea/14"),
        (Kind.ADDRESS, "9b St Mary’s Rd, Stoke-on-Trent", "st marys road, stoke on trent/9b"),
    ],
)
def test_it_is_read_however_it_is_written(kind: Kind, text: str, canonical: str) -> None:
    assert canonical in found(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.DEVICE, "order 352099001761482 has not come"),
        (Kind.DEVICE, "card 378282246310005 was cloned"),
        (Kind.DEVICE, "tracking number 3520990017614823"),
        (Kind.DEVICE, "+44 7700 900123 or 07700 900456"),
        (Kind.WALLET, WALLET[:-1] + "3"),
        (Kind.WALLET, BECH32[:-1] + "5"),
        (Kind.WALLET, "commit 52908400098527886e0f7030069857d2e4169ee7"),
        (Kind.WALLET, "0x" + "ab" * 32),
        (Kind.BANK, "on 01-02-26 he paid 31926819 rupees"),
        (Kind.BANK, "GB28 NWBK 6016 1331 9268 19"),
        (Kind.BANK, "account 31926819 only"),
        (Kind.BANK, "his sort code was 60-16-13 and he was born 12/05/1987"),
        (Kind.PASSPORT, "passport office on 020 7946 0000"),
        (Kind.PASSPORT, "reference 533380006"),
        (Kind.PASSPORT, "took his passport on 12 May"),
        (Kind.REGISTRATION, "flight BA 12345 to Warsaw"),
        (Kind.REGISTRATION, "a BMW 320 with no plates"),
        (Kind.REGISTRATION, "plates on the table, M25 closed"),
        (Kind.REGISTRATION, "registration closes 2026"),
        (Kind.REGISTRATION, "room 12-XB-34"),
        (Kind.ALIAS, "Known as a troublemaker"),
        (Kind.ALIAS, "time goes by quickly"),
        (Kind.ALIAS, "everyone calls him Dave"),
        (Kind.ALIAS, "the place is known as The Park"),
        (Kind.ALIAS, "he goes by bus. Then he walks"),
        (Kind.ADDRESS, "at 14 Mill Lane. He left"),
        (Kind.ADDRESS, "in 2026 Great Western Road, as they call it"),
        (Kind.ADDRESS, "10 Downing Street"),
    ],
)
def test_what_only_looks_like_it_is_not_read(kind: Kind, text: str) -> None:
    assert found(kind, text) == []


def test_two_reports_with_one_account_are_possible_and_with_a_name_as_well_strong() -> None:
    mine = told("Kevin Tierney sent money to sort code 60-16-13 account 31926819.")
    theirs = told("The money went to GB29 NWBK 6016 1331 9268 19.")
    both = told("Kevin Tierney gave me GB29 NWBK 6016 1331 9268 19.")
    possible, strong = compare(mine, theirs, RULES), compare(mine, both, RULES)
    assert possible is not None
    assert strong is not None
    assert (possible.strength, strong.strength) == (Strength.POSSIBLE, Strength.STRONG)


def test_an_alias_alone_is_never_strong() -> None:
    mine, theirs = (
        told("He is known as Viper, 14 Mill Lane, Leeds."),
        told("A man nicknamed Viper was there."),
    )
    alike = compare(mine, theirs, RULES)
    assert alike is not None
    assert alike.strength is Strength.POSSIBLE


def test_one_house_is_one_reason_also_if_both_write_its_street_and_its_postcode() -> None:
    both, street = "14 Mill Lane, Leeds LS1 4AB", "14 Mill Ln in Leeds, by the shop"
    for mine, theirs in ((both, both), (both, street)):
        alike = compare(told(mine), told(theirs), RULES)
        assert alike is not None
        assert [one.code for one in alike.reasons if one.code == "address"] == ["address"]
    assert compare(told(street), told("14 Mill Ln in Bradford"), RULES) is None
