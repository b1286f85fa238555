"""Extracts telephone numbers and vehicle registrations from text."""

from __future__ import annotations

import re
import string
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

from heedline.index.extraction.rules import PlateShape

#: The first character stands before what must not precede it, because only then does the search skip all others.
_PHONE = re.compile(
    r"[+(0Oo](?<![\w.@/].)(?:(?<!\()|(?<=\()[0Oo])"
    r"[\dOo\s().\-/\N{EN DASH}\N{NON-BREAKING HYPHEN}]{7,}[\dOo](?![\w@])",
    re.DOTALL,
)
#: Where in a run of digits a number can begin, and the groups of digits at whose ends it can end.
_BEGINNING = re.compile(r"(?<![\w(])\(?[+0Oo]\d")
_DIGITS = re.compile(r"[\dOo]+")
#: Characters of a number as it is written, and its digits.
LEAST, MOST_WRITTEN = 9, 24
LEAST_DIGITS, MOST_DIGITS = 10, 15
#: Parts of runs of digits that are tried in one text: a text of digits alone has thousands.
MOST_TRIED = 500
_MARKS = re.compile(
    r"[\N{ZERO WIDTH SPACE}-\N{RIGHT-TO-LEFT MARK}\N{LEFT-TO-RIGHT EMBEDDING}-\N{RIGHT-TO-LEFT OVERRIDE}]"
)
#: O and 0, and I, L and 1, are taken for one sign on a plate.
PLATE_SIGNS = str.maketrans("OIL", "011")
_LETTER, _DIGIT = "[A-Z01]", "[0-9OIL]"
#: Stands for the one unreadable character of a plate in its canonical form, and how people write it.
UNREAD = "?"
_UNREAD = "[?*_]"
#: The characters that may stand in its place, as they are in a canonical form.
_MAY_BE = "".join(sorted({*(string.ascii_uppercase + string.digits).translate(PLATE_SIGNS)}))


_A_DIGIT = re.compile(r"\d")
#: Characters of a plate with its space, and one more: as far from a digit a plate or a postcode may reach.
_REACH = 10


def has_digit(text: str) -> bool:
    """Return whether a text contains a digit in any script."""
    return bool(_A_DIGIT.search(text))


def western_digits(text: str) -> str:
    """Replace digits in other scripts with 0 to 9, keeping the length of the text."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text)


def phones(text: str, region: str) -> Iterator[tuple[str, str]]:
    """Yield each telephone number in E.164 format and as it was written.

    Numbers with fewer than nine digits are left out.
    """
    plain, tried = western_digits(text), 0
    for found in _PHONE.finditer(plain):
        if number := phone(found.group(), region):
            yield number, text[found.start() : found.end()]
            continue
        # several numbers, or a number and something else, with only spaces or a dash between them
        ends = [group.end() for group in _DIGITS.finditer(plain, found.start(), found.end())]
        at = found.start()
        for start in (group.start() for group in _BEGINNING.finditer(plain, found.start(), found.end())):
            if start < at:
                continue
            near = ends[bisect_left(ends, start + LEAST) : bisect_right(ends, start + MOST_WRITTEN)]
            for end in reversed([end for end in near if _may_be_one(plain[start:end])]):
                if tried >= MOST_TRIED:
                    return
                tried += 1
                if number := phone(plain[start:end], region):
                    yield number, text[start:end]
                    at = end
                    break


def _may_be_one(written: str) -> bool:
    return LEAST_DIGITS <= sum(sign.isdigit() or sign in "Oo" for sign in written) <= MOST_DIGITS


def phone(written: str, region: str) -> str:
    """Return a number in E.164 format, or "" if it is not a possible number.

    Only the length is checked, because ranges kept for drama are in no list of valid numbers.
    """
    tight = re.sub(r"\(0\)", "", _MARKS.sub("", western_digits(written))).replace("O", "0").replace("o", "0")
    try:
        number = phonenumbers.parse(tight, region)
    except phonenumbers.NumberParseException:
        return ""
    if len(str(number.national_number)) < 9 or not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def registration(written: str) -> str:
    """Return a registration in canonical form, or "" if the text cannot be one.

    The canonical form is in capitals without spaces, and characters that are easily confused are replaced by one of
    them.
    """
    tight = re.sub(r"[^A-Z0-9]", "", written.upper())
    return (
        tight.translate(PLATE_SIGNS) if 2 <= len(tight) <= 8 and any(sign.isalpha() for sign in tight) else ""
    )


@lru_cache(maxsize=8)
def _plate_pattern(plates: tuple[PlateShape, ...]) -> tuple[tuple[re.Pattern[str], PlateShape], ...]:
    found = []
    for plate in plates:
        signs = [_LETTER if one == "L" else _DIGIT for one in plate.shape]
        first, then = "".join(signs[: plate.spaced]), "".join(signs[plate.spaced :])
        pattern = rf"(?<![A-Za-z0-9]){first}[ -]?{then}(?![A-Za-z0-9])"
        # without re.ASCII, [A-Z] also matches the Kelvin sign and three other letters in either case
        found.append((re.compile(pattern, re.ASCII | re.IGNORECASE if plate.lower else re.ASCII), plate))
    return tuple(found)


def registrations(text: str, plates: tuple[PlateShape, ...]) -> Iterator[tuple[str, str]]:
    """Yield each vehicle registration in a text, in canonical form and as it was written."""
    spans = list(near_digits(text))
    for pattern, plate in _plate_pattern(plates):
        for start, end in spans:
            for found in pattern.finditer(text, start, end):
                written = found.group()
                tight = re.sub(r"[^A-Z0-9]", "", written.upper())
                if _is_plate(tight, plate):
                    yield registration(written), written


@lru_cache(maxsize=8)
def _part_pattern(plates: tuple[PlateShape, ...]) -> re.Pattern[str]:
    """Return a pattern of plates with one unreadable character. As the first, it is written only as a question mark."""
    found = []
    for plate in (one for one in plates if not one.needs):
        signs = ["[A-Z]" if one == "L" else r"\d" for one in plate.shape]
        for at in range(len(signs)):
            some = [*signs[:at], _UNREAD if at else re.escape(UNREAD), *signs[at + 1 :]]
            one = f"{''.join(some[: plate.spaced])}[ -]?{''.join(some[plate.spaced :])}"
            found.append(f"(?i:{one})" if plate.lower else one)
    return re.compile(rf"(?<![A-Za-z0-9?*_])(?:{'|'.join(found)})(?![A-Za-z0-9*_])", re.ASCII)


def parts_of_plates(text: str, plates: tuple[PlateShape, ...]) -> Iterator[tuple[str, str]]:
    """Yield each registration with one unreadable character, such as ZZ99 AB?, in canonical form and as it was written.

    Shorter parts of a plate are ignored, because they fit too many.
    """
    if not any(sign in text for sign in "?*_"):
        return
    for start, end in near_digits(text):
        for found in _part_pattern(plates).finditer(text, start, end):
            tight = re.sub(r"[ -]", "", re.sub(_UNREAD, UNREAD, found.group().upper()))
            yield tight.translate(PLATE_SIGNS), found.group()


#: A plate of another country, with a digit and a letter. Beside a word for a plate only, because so much else has this form.
_FOREIGN = (
    r"(?<![\w-])([A-Z]{1,3}[ -]?\d{1,5}(?:[ -]?[A-Z]{1,3})?|\d{1,4}[ -]?[A-Z]{1,3}[ -]?\d{1,6})"
    r"(?![\w-]|[ .,:]\d)"
)
#: Irish plates have a form of their own: year, county and number (S.I. 318/1992).
_IRISH = re.compile(
    r"(?<![\w-])\d{2,3}-(?:C|CE|CN|CW|D|DL|G|KE|KK|KY|L|LD|LH|LK|LM|LS|MH|MN|MO|OY|RN|SO|T|TN|TS|TY|W|WD|WH|WW|WX)-\d{1,6}(?![\w-])"
)
_FOREIGN_SIGNS = range(5, 9)


def foreign_plates(text: str, cues: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield each plate of another country behind a word such as "plate", in canonical form and as it was written.

    Irish plates are read without such a word.
    """
    for found in _IRISH.finditer(text):
        yield found.group().replace("-", "").translate(PLATE_SIGNS), found.group()
    for found in _after_plate(cues).finditer(text):
        tight = re.sub(r"[^A-Z0-9]", "", found[1])
        if len(tight) in _FOREIGN_SIGNS:
            yield registration(found[1]), found[1]


@lru_cache(maxsize=4)
def _after_plate(cues: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(re.escape(one) for one in sorted(cues, key=len, reverse=True))
    filler = r"(?:no\.?|number|is|was|were|are|of|reads?|reading|that|says?|said|like)"
    return re.compile(rf"(?i:(?<!\w)(?:{either})(?!\w)(?:\s+{filler})*[\s:,=(\"']+){_FOREIGN}")


def plates_of(part: str) -> Iterator[str]:
    """Yield each registration that one with an unreadable character may be, in canonical form."""
    return (part.replace(UNREAD, sign) for sign in _MAY_BE)


def fits_plate(one: str, other: str) -> bool:
    """Return whether two registrations in canonical form may be the same, and one of them has an unreadable character."""
    if UNREAD not in one + other or len(one) != len(other):
        return False
    both = UNREAD in one and UNREAD in other
    return one == other if both else all(a == b or UNREAD in (a, b) for a, b in zip(one, other, strict=True))


def near_digits(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each part of a text near a digit, since every plate and postcode contains one."""
    start = end = -1
    for found in _A_DIGIT.finditer(text):
        at = found.start()
        if at - _REACH > end:
            if end >= 0:
                yield start, end
            start = max(0, at - _REACH)
        end = at + _REACH
    if end >= 0:
        yield start, end


def _is_plate(tight: str, plate: PlateShape) -> bool:
    """Return whether a text matches the format of a plate closely enough to be one.

    Ordinary words and numbers are rejected.
    """
    if plate.needs and not set(plate.needs) & set(tight):
        return False
    right = sum((sign.isalpha()) == (shape == "L") for sign, shape in zip(tight, plate.shape, strict=True))
    return right >= len(plate.shape) - 2 and any(sign.isdigit() for sign in tight)
