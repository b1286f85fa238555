"""Index forms by which a word is found by its middle or its end.

Ordinary words are found by their beginnings (`words.py`). Of a registration, a phone number, a name or an online name, people
often remember only another part. So each run of three characters in such a word is a form, each run of four digits in a long
number, and the last three characters of both. A report with all the forms of a part nearly always contains the part. The
search decides that from the report's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Characters of the shortest part by which a word is found, and digits of the shortest by which a number is found unless it is
#: the end.
SHORTEST, SHORTEST_OF_NUMBER = 3, 4
#: Characters of the shortest word with letters and digits that is found by its parts. Shorter ones are like "4th" and "10am".
SHORTEST_MIXED = 5
_FORM, _END = "p:", "$"
#: A vehicle registration or a postcode in one piece and in lower case.
PLATE = re.compile(
    r"(?=.{5,8}$)(?:[a-z]{1,3}\d{1,4}[a-z]{0,3}|[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}|\d{1,4}[a-z]{1,3})"
)
_LETTERS_OR_DIGITS = re.compile(r"[a-z]+|\d+")


def of_word(word: str) -> Iterator[str]:
    """Yield the forms of a word in lower-case ASCII."""
    yield from _runs(word, SHORTEST)
    yield _ending(word)


def of_number(digits: str) -> Iterator[str]:
    """Yield the forms of a long number."""
    yield from _runs(digits, SHORTEST_OF_NUMBER)
    yield _ending(digits)


def is_mixed(word: str) -> bool:
    """Return whether a word has letters and digits, and is long enough to be found by its parts."""
    return len(word) >= SHORTEST_MIXED and word.isascii() and not word.isalpha() and not word.isdecimal()


def pieces_of(word: str) -> list[str]:
    """Return the runs of letters and the runs of digits in a mixed word that are long enough to be words: abc of zz99abc."""
    return [one for one in _LETTERS_OR_DIGITS.findall(word) if SHORTEST <= len(one) < len(word)]


def forms_of_part(part: str, *, ending: bool) -> list[list[str]]:
    """Return groups of forms. A report that contains this part of a word or number has every form of one of the groups.

    `ending` means that the word or number ends with the part. There are no groups if the part is too short.
    """
    end = [_ending(part)] if ending and len(part) >= SHORTEST else []
    groups = [[*_runs(part, SHORTEST), *end]]
    if part.isdecimal():
        groups.append([*_runs(part, SHORTEST_OF_NUMBER), *end])
    return [group for group in groups if group]


def _runs(word: str, size: int) -> Iterator[str]:
    return (f"{_FORM}{word[at : at + size]}" for at in range(len(word) - size + 1))


def _ending(word: str) -> str:
    return f"{_FORM}{word[-SHORTEST:]}{_END}"
