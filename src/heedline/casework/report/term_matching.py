"""Matches an officer's conflict-of-interest terms against text.

Terms are names, addresses, number plates and telephone numbers. Upper and lower case, accents,
punctuation and the spaces inside plates and numbers make no difference. Plain Python without Django.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from heedline.index.words import legible

#: Letters and digits that a term needs at least: a shorter one is in half of all texts.
SHORTEST = 4
#: Digits of a telephone number that are compared, from its end: what stands before is the code of a country, or 0.
_OF_A_NUMBER = 9
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
_BETWEEN = re.compile(r"[\W_]+")
#: Accents and other marks that stand on a letter.
_MARKS = dict.fromkeys(one for one in range(0x300, 0x10000) if unicodedata.combining(chr(one)))
#: Digits as people write a number, with what may stand between them.
_NUMBERS = re.compile(r"\d(?:[\s().+\-/]{0,3}\d){8,}")


def folded(text: str) -> str:
    """Return the words of a text, case-folded and without accents.

    The words are separated by one space, with one space at either end.
    """
    plain = legible(text).casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).translate(_MARKS)
    return f" {_BETWEEN.sub(' ', _APOSTROPHES.sub('', plain)).strip()} "


def too_short(term: str) -> bool:
    """Return whether a term has fewer than `SHORTEST` letters and digits."""
    return len(folded(term).replace(" ", "")) < SHORTEST


def _number(term: str) -> str:
    """Return the last nine digits of a telephone number, or "" if the text is not one."""
    digits = re.sub(r"\D", "", term)
    letters = re.search(r"[^\W\d_]", term)
    return digits[-_OF_A_NUMBER:] if letters is None and len(digits) >= _OF_A_NUMBER else ""


def _has(term: str, text: str, in_one: str, numbers: str) -> bool:
    if number := _number(term):
        return number in numbers
    words = folded(term)
    if not any(letter.isdigit() for letter in words):
        return words in text
    # a plate or an address: written in one piece, or with a space anywhere
    letters = words.replace(" ", "")
    if letters not in in_one:
        return False
    return _in_whole_words(letters, text.split())


def _in_whole_words(letters: str, words: Sequence[str]) -> bool:
    """Return whether a run of whole words, joined together, spells exactly these letters.

    Not a regular expression: Python keeps the compiled ones, and an officer's own terms with them.
    """
    for first in range(len(words)):
        rest = letters
        for word in words[first:]:
            if not rest.startswith(word):
                break
            rest = rest.removeprefix(word)
            if not rest:
                return True
    return False


def meets(terms: Iterable[str], texts: Iterable[str]) -> bool:
    """Return whether any of the terms occurs in any of the texts.

    All terms are tried, even after a match.
    """
    # between two texts stands a letter, so that no term and no number reaches from one into the next
    whole = legible("\nx\n".join(texts))
    text = folded(whole)
    numbers = " ".join(re.sub(r"\D", "", found) for found in _NUMBERS.findall(whole))
    in_one = text.replace(" ", "")
    return sum(_has(term, text, in_one, numbers) for term in terms) > 0
