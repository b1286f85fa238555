"""The values extracted from a report, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """The kinds of value that can be extracted from a report.

    Kinds that can identify somebody on their own come first.
    """

    PHONE = "phone"
    REGISTRATION = "registration"
    EMAIL = "email"
    HANDLE = "handle"
    FILE = "file"
    WEB = "web"
    DEVICE = "device"
    WALLET = "wallet"
    BANK = "bank"
    PASSPORT = "passport"
    ADDRESS = "address"
    NAME = "name"
    BIRTH = "birth"
    ALIAS = "alias"
    POSTCODE = "postcode"


@dataclass(frozen=True, slots=True)
class ReportText:
    """A passage of text from a report, with its source.

    `holds` is one of `rules.HOLDS`. `source` tells an officer where the text is from, such as "Report" or "Message of 3
    May". `by_officer` is true if an officer wrote it; values in a reporter's text then never crowd out its values.
    """

    text: str = field(repr=False)
    holds: str
    source: str
    by_officer: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A value with its kind, canonical form, original text and source.

    The canonical form of a phone number is E.164. A registration has O as 0 and I as 1, and
    ? for one unreadable character. An address is POSTCODE/HOUSE or
    POSTCODE/HOUSE/FLAT, with the street and town for a postcode if none is known. A device is the first 14 digits of its IMEI,
    and a bank account SORTCODE/ACCOUNT or an IBAN. A birth date is 1999-03-12, or 1999-03 if only the month is known. A name is in lower-case
    Latin letters without titles and particles. A file is its SHA-256 in hexadecimal, with its name as the original
    text.
    """

    kind: Kind
    canonical: str = field(repr=False)
    written: str = field(repr=False)
    source: str


@dataclass(frozen=True)
class Extract:
    """The values extracted from one report, and the hashes of its text.

    `keys` are the strings under which the index finds the report (`keys.py`). `sketch` holds the hashes by which nearly
    identical texts are found. `generations` is true if the report mentions two people of the same name, and `twins` if
    it mentions twins.
    """

    values: tuple[Value, ...] = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)
    sketch: tuple[str, ...] = field(repr=False)
    shingles: frozenset[str] = field(repr=False)
    generations: bool = False
    twins: bool = False

    def of(self, kind: Kind) -> tuple[Value, ...]:
        """Return the values of one kind, in the order in which they were found."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> dict[Kind, tuple[Value, ...]]:
        found: dict[Kind, list[Value]] = {}
        for value in self.values:
            found.setdefault(value.kind, []).append(value)
        return {kind: tuple(values) for kind, values in found.items()}
