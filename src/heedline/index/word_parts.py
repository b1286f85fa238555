"""Index forms that let a word be found by its middle or its end.

Ordinary words are found by their beginnings (`words.py`). People often remember only another part of a
registration, a phone number, a name or an online name. The forms of such a word are each run of three characters in it, and
those of a long number are each run of four digits. The last three characters of both are also a form. A report with all the
forms of a part nearly always contains the part. The search confirms this from the report's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import compress, count
from operator import not_

#: The shortest part by which a word is found, in characters, and the shortest by which a number is found, in digits. The end of a
#: number may be as short as that of a word.
SHORTEST, SHORTEST_OF_NUMBER = 3, 4
#: Length of the shortest word with letters and digits that is found by its parts. Shorter ones are like "4th" and "10am".
SHORTEST_MIXED = 5
_FORM, _END = "p:", "$"
#: A vehicle registration or a postcode in one piece and in lower case.
PLATE = re.compile(
    r"(?=.{5,8}$)(?:[a-z]{1,3}\d{1,4}[a-z]{0,3}|[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}|\d{1,4}[a-z]{1,3})"
)
_THREE_PIECES = re.compile(r"[a-z]{2} \d{2} [a-z]{3}")
#: Longer words are truncated, because nobody searches for the end of one.
LONGEST = 40
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
    return len(word) >= SHORTEST_MIXED and has_letters_and_digits(word)


def has_letters_and_digits(word: str) -> bool:
    """Return whether a word (`words.words_of`) is in ASCII and has both letters and digits."""
    return word.isascii() and not word.isalpha() and not word.isdecimal()


def pieces_of(word: str) -> list[str]:
    """Return the runs of letters or digits in a mixed word that are long enough to be words, such as abc in zz99abc."""
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


def joined(words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield runs of words that may be one registration or postcode with spaces, joined, with the run's start and end.

    A run is two words, one with a digit and one with a letter, or three words such as AB 12 CDE, or single letters and digits.
    """
    spelt = 0
    for at in compress(count(), map(not_, map(str.isalpha, words))):
        for first in (at - 1, at):
            pair = "".join(words[first : first + 2]) if first >= 0 else ""
            if 0 <= first < len(words) - 1 and len(pair) <= LONGEST and _has_both(pair):
                yield pair, first, first + 2
        if 0 < at < len(words) - 1 and _THREE_PIECES.fullmatch(" ".join(words[at - 1 : at + 2])):
            yield "".join(words[at - 1 : at + 2]), at - 1, at + 2
        if len(words[at]) == 1 and at >= spelt:
            first, spelt = at, at + 1
            while first and len(words[first - 1]) == 1:
                first -= 1
            while spelt < len(words) and len(words[spelt]) == 1:
                spelt += 1
            if spelt - first > 2 and PLATE.fullmatch(plate := "".join(words[first:spelt])):
                yield plate, first, spelt


def _has_both(word: str) -> bool:
    return any(sign.isdigit() for sign in word) and any(sign.isalpha() for sign in word)


def _runs(word: str, size: int) -> Iterator[str]:
    return (f"{_FORM}{word[at : at + size]}" for at in range(len(word) - size + 1))


def _ending(word: str) -> str:
    return f"{_FORM}{word[-SHORTEST:]}{_END}"
