"""Extracts numbers of devices, crypto wallets, bank accounts and passports from text.

A number is read only if its check digits are right, or if a word beside it says what it is, because a long number in a report
is more often something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256

from heedline.index.extraction.rules import IdentifierRules
from heedline.index.extraction.values import Kind

#: How far before a number the word may be that says what it is, and how far an account number may be from its sort code.
_BEFORE = 40
_GAP = r"[ .:/\-\u2010-\u2014]?"
_DEVICE = re.compile(rf"(?<![\w+])(?:\d{_GAP}){{14,15}}\d(?!\w|[.,/\-]\d)")
#: The first two digits of a device number, which name the body that allocated it (GSMA TS.06). 34 and 37 are bank cards.
_ALLOCATED_BY = frozenset(
    ["01", "35", "44", "45", "49", "50", "51", "52", "53", "54", "86", "91", "98", "99"]
)
_IMEI, _IMEI_SOFTWARE = 15, 16
#: Digits that name a device, without the check digit or the two of its software version.
_OF_DEVICE = 14
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
#: Addresses with a checksum of SHA-256 (Bitcoin, Litecoin, Dogecoin, Tron), those in bech32, and Ethereum's, whose checksum is
#: in its capitals and is lost when an address is copied by hand.
_WALLET = re.compile(
    rf"(?<!\w)(?:(?P<base58>[13LMDTA9][{_BASE58}]{{25,34}})"
    rf"|(?P<bech32>(?:bc|ltc)1[{_BECH32}]{{38,87}}|(?:BC|LTC)1[{_BECH32.upper()}]{{38,87}})"
    r"|(?P<hex>0x[0-9a-fA-F]{40}))(?!\w)"
)
#: The first byte of the addresses above: pay to a key and pay to a script.
_VERSIONS = frozenset([0x00, 0x05, 0x30, 0x32, 0x1E, 0x16, 0x41])
#: The two constants that a bech32 checksum may leave (BIP 173 and BIP 350).
_BECH32_LEFT = frozenset([1, 0x2BC830A3])
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)", re.IGNORECASE)
_SORT_CODE = r"(?<![\w.,/\-])(?P<sort>\d{2}(?P<sep>[ -]?)\d{2}(?P=sep)\d{2})(?![\w/\-]|[.,]\d)"
_ACCOUNT = r"(?<![\w.,/\-])(?P<account>\d{4} ?\d{4})(?![\w/\-]|[.,]\d)"
_BETWEEN = rf"(?P<between>[^\d\n]{{1,{_BEFORE}}}?)"
#: The second number is only looked at, because it may be the first of the next account.
_IN_EITHER_ORDER = (
    (re.compile(rf"{_SORT_CODE}(?={_BETWEEN}{_ACCOUNT})"), "account"),
    (re.compile(rf"{_ACCOUNT}(?={_BETWEEN}{_SORT_CODE})"), "sort"),
)
_A_PASSPORT = r"(?<![\w/\-])(\d{3} ?\d{3} ?\d{3}|[A-Z]{1,2} ?\d{6,8})(?![\w/\-]|[.,]\d)"


def identifiers(text: str, rules: IdentifierRules) -> Iterator[tuple[Kind, str, str]]:
    """Yield the kind, canonical form and original text of each device, wallet, account and passport number.

    A device is its first 14 digits. An account is an IBAN without spaces, or the sort code and account number of one at a
    bank in the United Kingdom. The text must contain a digit.
    """
    low = text.casefold()
    yield from _devices(text, low, rules)
    yield from _wallets(text)
    yield from _accounts(text, low, rules)
    if any(cue in low for cue in rules.passports):
        for found in _cued(rules.passports).finditer(text):
            yield Kind.PASSPORT, found[1].replace(" ", "").upper(), found[1]


def _devices(text: str, low: str, rules: IdentifierRules) -> Iterator[tuple[Kind, str, str]]:
    for found in _DEVICE.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        cued = _has_cue(low, found.start(), rules.devices)
        if (len(digits) == _IMEI and digits[:2] in _ALLOCATED_BY and _has_luhn(digits)) or (
            len(digits) == _IMEI_SOFTWARE and digits[:2] in _ALLOCATED_BY and cued
        ):
            yield Kind.DEVICE, digits[:_OF_DEVICE], found.group()


def _wallets(text: str) -> Iterator[tuple[Kind, str, str]]:
    for found in _WALLET.finditer(text):
        written = found.group()
        if found["base58"]:
            if _has_base58_checksum(written):
                yield Kind.WALLET, written, written
        elif found["hex"] or _has_bech32_checksum(written.lower()):
            yield Kind.WALLET, written.lower(), written


def _accounts(text: str, low: str, rules: IdentifierRules) -> Iterator[tuple[Kind, str, str]]:
    for found in _IBAN.finditer(text):
        # a word of four letters may stand behind the account number
        longest = re.sub(r"\s", "", found.group()).upper()
        size = rules.iban_lengths.get(longest[:2], 0)
        if size and len(longest) >= size and _is_iban(number := longest[:size]):
            yield Kind.BANK, f"{number[8:14]}/{number[14:]}" if number[:2] == "GB" else number, found.group()
    if not any(cue in low for cue in rules.accounts):
        return
    for pattern, last in _IN_EITHER_ORDER:
        for found in pattern.finditer(text):
            sort, account = (re.sub(r"\D", "", found[name]) for name in ("sort", "account"))
            between = found["between"].casefold()
            if _has_cue(low, found.start(), rules.accounts) or any(cue in between for cue in rules.accounts):
                yield Kind.BANK, f"{sort}/{account}", text[found.start() : found.end(last)]


def _has_cue(low: str, at: int, cues: tuple[str, ...]) -> bool:
    before = low[max(0, at - _BEFORE) : at]
    return any(cue in before for cue in cues)


@lru_cache(maxsize=4)
def _cued(cues: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a passport number after a word for it, with at most a few letters between the two."""
    either = "|".join(map(re.escape, sorted(cues, key=len, reverse=True)))
    return re.compile(
        rf"(?i:\b(?:{either})(?:\s+(?:number|no\.?|num|nr|is|was|ending|of|with|the))*\s*[:#=,(]?\s*){_A_PASSPORT}"
    )


def _has_luhn(digits: str) -> bool:
    """Return whether the last digit of a number is its check digit (ISO/IEC 7812)."""
    doubled = (int(one) * (1 + at % 2) for at, one in enumerate(reversed(digits)))
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0


def _is_iban(number: str) -> bool:
    """Return whether the check digits of an IBAN are right (ISO 13616)."""
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def _has_base58_checksum(written: str) -> bool:
    number = 0
    for sign in written:
        number = number * 58 + _BASE58.index(sign)
    if number.bit_length() > 25 * 8:
        return False
    raw = number.to_bytes(25, "big")
    return raw[0] in _VERSIONS and sha256(sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def _has_bech32_checksum(written: str) -> bool:
    network, _, data = written.rpartition("1")
    signs = [*(ord(one) >> 5 for one in network), 0, *(ord(one) & 31 for one in network)]
    rest = 1
    for value in (*signs, *map(_BECH32.index, data)):
        top, rest = rest >> 25, (rest & 0x1FFFFFF) << 5 ^ value
        for at, one in enumerate(_GENERATOR):
            rest ^= one if top >> at & 1 else 0
    return rest in _BECH32_LEFT
