"""Words to index in a text, with the other forms under which each can be found.

Upper and lower case and accents make no difference, and apostrophes are left out. A word in another script also has its
spelling in Latin letters as a form.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from anyascii import anyascii

#: Lengths of the beginnings by which a word is found.
BEGINNINGS = (3, 4, 5, 6, 8)
#: Longer words are cut: nobody looks for the end of one.
LONGEST = 40
#: Digits by which a long number is found, from its end: what stands before is the code of a country, or 0.
NUMBER = 9
_SHORTEST_NUMBER = 6
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´"))
#: Marks that stand on a letter, and what directs the eye: they neither part a word nor belong to it.
_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u200c-\u200f\u202a-\u202e\u2066-\u2069"
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}]|['’‘ʼ`´](?=[^\W_]))*")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:['`][a-z0-9]+)*")
_LEFT_OUT = re.compile(rf"[{_MARKS}'’‘ʼ`´]")
_DIGITS = re.compile(r"\d(?:[\s().+\-/]{0,3}\d)+")


def words_of(text: str) -> list[str]:
    """Return the words of a text in order."""
    if not text.isascii():
        return [word for word, _, _ in placed(text)]
    words: list[str] = _ASCII_WORD.findall(text.lower())
    if "'" in text or "`" in text:
        words = [word.translate(_APOSTROPHES) for word in words]
    return [word[:LONGEST] for word in words]


def placed(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word of a text with its start and end position."""
    for found in _WORD.finditer(text):
        if word := _folded(found.group()):
            yield word[:LONGEST], found.start(), found.end()


def forms_of(texts: Iterable[str], words: Iterable[Sequence[str]]) -> set[str]:
    """Return the forms of the words in these texts.

    Forms are prefixes, long numbers, pairs of words joined into one, and Latin spellings.
    """
    forms: set[str] = set()
    for text in texts:
        forms.update([f"n:{number}" for number in numbers(text)])
    for in_order in words:
        distinct = set(in_order)
        latin = {spelled(word) for word in distinct if not word.isascii()} - {""}
        forms.update([f"w:{word}" for word in latin])
        by_length = sorted(distinct | latin, key=len)
        for size in BEGINNINGS:
            long = by_length[bisect_left(by_length, size, key=len) :]
            forms.update([f"b:{word[:size]}" for word in long])
        forms.update(_joined(in_order))
    return forms


def _joined(words: Sequence[str]) -> Iterator[str]:
    """Yield the forms of number plates and postcodes that are written with a space."""
    odd = [at for at, word in enumerate(words) if not word.isalpha()]
    for at in {first for one in odd for first in (one - 1, one)}:
        joined = "".join(words[at : at + 2]) if at >= 0 else ""
        if len(joined) <= LONGEST and at + 1 < len(words) and _mixed(joined):
            yield f"w:{joined}"


def beginnings(word: str) -> Iterator[str]:
    """Yield the prefix forms of a word."""
    for size in BEGINNINGS:
        if len(word) < size:
            return
        yield f"b:{word[:size]}"


def beginning(word: str) -> str:
    """Return the form shared by all words with this prefix, or "" if it is too short to search for."""
    size = max((size for size in BEGINNINGS if size <= len(word)), default=0)
    return f"b:{word[:size]}" if size else ""


def numbers(text: str) -> Iterator[str]:
    """Yield the last nine digits of each long number in a text, however its digits are grouped."""
    for found in _DIGITS.finditer(text):
        digits = "".join(letter for letter in found.group() if letter.isdigit())
        if len(digits) >= _SHORTEST_NUMBER:
            yield digits[-NUMBER:]


def spelled(word: str) -> str:
    """Return the Latin spelling of a word in another script."""
    return "".join(_WORD.findall(anyascii(word).casefold().translate(_APOSTROPHES)))[:LONGEST]


def _folded(word: str) -> str:
    plain = word.casefold()
    if plain.isascii():
        return plain.translate(_APOSTROPHES)
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKD", plain))


def _mixed(word: str) -> bool:
    return any(letter.isdigit() for letter in word) and any(letter.isalpha() for letter in word)
