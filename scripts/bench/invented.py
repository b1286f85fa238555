"""Reports that stand in a search index alone: words as rare as words are, and the keys of people and things in them.

About two kilobytes each. Many name one of 60,000 people, with a car, a number, an address or a date of birth; one in twenty
has a text that is sent again and again. The same number always gives the same report.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from uuid import UUID

import numpy as np

from bench.seen_before import RULES, SYLLABLES, a_name
from heedline.index import Document
from heedline.index import words as index_words
from heedline.index.extraction import keys
from heedline.index.extraction.sketch import SIZE
from heedline.index.extraction.values import Kind, Value
from heedline.index.words import beginnings, forms_of

#: Words of a report, and words that there are. Their frequencies are those of Zipf and Mandelbrot.
WORDS, VOCABULARY, STEEPNESS = 330, 200_000, 1.2
#: A word that one report alone has, and the number of that report.
NEEDLE, WHERE = "quillonberry", 37
PEOPLE = 60_000
#: Texts that are forwarded, and how many reports there are to one that has such a text.
FORWARDED, ONE_IN = 5_000, 20
#: Each word after so many begins with a capital.
CAPITAL = 12
_ONSETS = [*"bcdfghjklmnprstvw", "st", "tr", "ch", "sh", "br", "pl", "th"]
_VOWELS = [*"aeiou", *"aeiou", "ea", "ou"]
_ENDS = [*[""] * 20, *"nrstlmd", "ng", "ck"]
#: Up to which rank a word has so many syllables.
_SYLLABLES = ((60, 1), (3_000, 2), (VOCABULARY, 3))


def _vocabulary() -> list[str]:
    """Return all words, the most frequent first: those that the pack calls common, and invented ones."""
    chance = random.Random(13)  # noqa: S311 - invented words, no secrets
    found = dict.fromkeys(RULES.common_words)
    while len(found) < VOCABULARY:
        syllables = next(many for rank, many in _SYLLABLES if len(found) < rank)
        letters = (chance.choice(part) for _ in range(syllables) for part in (_ONSETS, _VOWELS, _ENDS))
        found["".join(letters)] = None
    return list(found)


@lru_cache(1)
def _all_words() -> tuple[list[str], list[tuple[str, ...]], Any]:
    """Return the words, the forms of each, and the sums of their frequencies."""
    words = _vocabulary()
    sums = np.cumsum((np.arange(1, VOCABULARY + 1) + 2.7) ** -STEEPNESS)
    return words, [tuple(beginnings(word)) for word in words], sums / sums[-1]


def _ranks(number: int) -> list[int]:
    chance = np.random.default_rng(number)
    found: list[int] = np.searchsorted(_all_words()[2], chance.random(WORDS)).tolist()
    return found


def words_of(number: int) -> list[str]:
    """Return the words of a report in order."""
    return _words_at(_ranks(number), number)


def _words_at(ranks: list[int], number: int) -> list[str]:
    words = _all_words()[0]
    found = [words[rank] for rank in ranks]
    if number == WHERE:
        found[WORDS // 2] = NEEDLE
    return found


def text_of(number: int) -> str:
    """Return the words of a report as somebody might write them, with what its values were written as in their midst."""
    words, values = words_of(number), [one.written for one in _values(number, random.Random(-1 - number))]  # noqa: S311
    words[::CAPITAL] = [word.capitalize() for word in words[::CAPITAL]]
    at = len(words) // 2
    return " ".join([*words[:at], *(f"and {written}" for written in values), *words[at:]])


def common_words(how_many: int) -> list[str]:
    """Return the most frequent words, of which nearly every report has some."""
    return _all_words()[0][:how_many]


def common_beginnings() -> list[str]:
    """Return beginnings of three letters that very many words have."""
    counted = Counter(word[:3] for word in common_words(2_000) if len(word) > 2)
    return [beginning for beginning, _ in counted.most_common(20)]


def names_of(number: int) -> list[str]:
    """Return the names in a report: one of the people that many reports name, and another."""
    chance = random.Random(number)  # noqa: S311 - invented words, no secrets
    return [a_name(random.Random(chance.randrange(PEOPLE))), a_name(chance)]  # noqa: S311


def keys_of(number: int) -> list[str]:
    """Return the keys of a report: those of its values, and of a text that is its own or is sent again and again."""
    chance = random.Random(-1 - number)  # noqa: S311
    sketch = random.Random(chance.randrange(FORWARDED)) if not chance.randrange(ONE_IN) else chance  # noqa: S311
    texts = [f"{sketch.getrandbits(48):012x}" for _ in range(SIZE)]
    return list(keys.of_report(tuple(_values(number, chance)), texts, RULES.names))


def _values(number: int, chance: random.Random) -> Iterator[Value]:
    """Yield the values of a report as `extract` would give them."""
    names = names_of(number)
    person = random.Random(names[0])  # noqa: S311
    birth = f"{person.randrange(1960, 2010)}-{person.randrange(1, 13):02}-{person.randrange(1, 29):02}"
    code = f"LS{person.randrange(1, 29)}{person.randrange(1, 9)}{''.join(person.choices('ABDEFGHJ', k=2))}"
    plate = f"AB{person.randrange(10, 70)}{''.join(person.choices('BCDFGHJKLMNP', k=3))}"
    phone = f"+447700{person.randrange(900_000, 901_000)}"
    handle = f"{''.join(chance.choices(SYLLABLES, k=3))}{chance.randrange(99)}"
    told = (
        (Kind.NAME, names[0], 1.0),
        (Kind.NAME, names[1], 1.0),
        (Kind.REGISTRATION, plate, 0.3),
        (Kind.PHONE, phone, 0.3),
        (Kind.POSTCODE, code, 0.4),
        (Kind.BIRTH, birth, 0.2),
        (Kind.HANDLE, handle, 1.0),
    )
    yield from (Value(kind, said, said, "Report") for kind, said, share in told if chance.random() < share)


def document(number: int) -> Document:
    """Return a report as it is indexed."""
    forms, ranks = _all_words()[1], _ranks(number)
    its_own = set[str]().union(*map(forms.__getitem__, set(ranks)))
    words, values = _words_at(ranks, number), list(_values(number, random.Random(-1 - number)))  # noqa: S311
    parted = [*map(str.capitalize, words[::CAPITAL]), *(one.written for one in values)]
    said = " and ".join(parted)
    its_own.update(forms_of([said], [index_words.words_of(said)])[0])
    its_own.update(keys.forms(values))
    return Document(UUID(int=number), [words], its_own, keys_of(number))
