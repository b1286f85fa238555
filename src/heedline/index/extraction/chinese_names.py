"""Compares Chinese names in the spellings of the mainland, of Taiwan and of Hong Kong.

A name is read as one or two syllables with a surname before or after them. Each syllable stands for the syllables in the
mainland's spelling (Pinyin) that it can represent. For example, Kit stands for jie and ji. The pack lists the syllables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from heedline.index.extraction.names import Name
from heedline.index.extraction.rules import NameRules

#: Keys of one name at most.
MOST_KEYS = 9


@dataclass(frozen=True, slots=True)
class _Reading:
    """A name as a surname and syllables, each with its spellings in Pinyin, and the syllables as they are written."""

    surname: frozenset[str]
    given: tuple[frozenset[str], ...]
    written: tuple[str, ...]


def is_chinese(name: Name, rules: NameRules) -> bool:
    """Return whether a name can be read as a Chinese one."""
    return next(_readings(name, rules), None) is not None


def is_one(one: Name, other: Name, rules: NameRules) -> bool:
    """Return whether two Chinese names can be two spellings of one name.

    In a name of two syllables, one syllable may be written with n instead of ng.
    """
    mine, theirs = list(_readings(one, rules)), list(_readings(other, rules))
    return any(
        first.surname & second.surname and _same_given(first, second)
        for first, second in product(mine, theirs)
    )


def keys(name: Name, rules: NameRules) -> Iterator[str]:
    """Yield the index keys of a Chinese name: each surname with each first syllable, in Pinyin."""
    found = {
        f"{surname}|{syllable}": None
        for reading in _readings(name, rules)
        for surname in sorted(reading.surname)
        for syllable in sorted(reading.given[0])
    }
    yield from list(found)[:MOST_KEYS]


def _same_given(one: _Reading, other: _Reading) -> bool:
    if len(one.given) != len(other.given):
        return False
    apart = [
        (mine, theirs)
        for spelt, against, mine, theirs in zip(
            one.given, other.given, one.written, other.written, strict=True
        )
        if not spelt & against
    ]
    return not apart or (
        len(apart) == 1
        and len(one.given) > 1
        and {apart[0][0] + "g", apart[0][1] + "g"} & set(apart[0]) != set()
    )


def _readings(name: Name, rules: NameRules) -> Iterator[_Reading]:
    """Yield the readings of a name of two or three parts. Most names have none."""
    parts, surnames = name.parts, rules.evidence.chinese_surnames
    if not 2 <= len(parts) <= 3:
        return
    for surname, given in ((parts[0], parts[1:]), (parts[-1], parts[:-1])):
        if surname in surnames:
            known = rules.surnames.get(surname) or frozenset({surname})
            for written in _syllables(given, rules):
                yield _Reading(known, tuple(rules.syllables[one] for one in written), written)


def _syllables(given: tuple[str, ...], rules: NameRules) -> Iterator[tuple[str, ...]]:
    """Yield the ways to read one or two words as one or two syllables."""
    known = rules.syllables
    if all(one in known for one in given):
        yield given
    if len(given) == 1 and given[0] not in rules.forenames:
        word = given[0]
        for at in range(1, len(word)):
            if word[:at] in known and word[at:] in known:
                yield word[:at], word[at:]
