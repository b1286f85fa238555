"""Word lists of weapons, threats, dates and children that mark a report, and keep it from being closed in bulk or with a preset.

They are data of the pack. This is plain Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources.abc import Traversable

from heedline.packs.rules.behaviour import WordList, read_words
from heedline.packs.tables import read_toml

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
#: A word after a number of one or two digits, and one before it.
_AFTER_NUMBER = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?(?: of)? ([^\W\d_]+)")
_BEFORE_NUMBER = re.compile(r"([^\W\d_]+) \d{1,2}(?:st|nd|rd|th)?\b")
#: Characters that are shown of a marked sentence.
_LONGEST = 300


class WordMark(StrEnum):
    """What a marked word of a report is about."""

    VIOLENCE = "violence"
    DATE = "date"
    CHILD = "child"


@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """A sentence with marked words, and what they are about."""

    sentence: str
    marks: frozenset[WordMark]


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """The word lists for look-alike reports, by language.

    A text is compared with the lists of every language, because it may mix languages.
    """

    violence: Mapping[str, WordList]
    dates: Mapping[str, WordList]
    times: Mapping[str, WordList]
    children: Mapping[str, WordList]

    def knows(self, language: str) -> bool:
        """Return whether there is a list for this language.

        This is also true of "", which means that the language could not be identified.
        """
        return not language or language in self.violence

    def is_date(self, word: str) -> bool:
        """Return whether a word is the name of a day, a month or a time."""
        lists = (*self.dates.values(), *self.times.values())
        return any(one.in_these([word.casefold()]) for one in lists)

    def marked(self, text: str) -> list[MarkedSentence]:
        """Return the sentences of a text that name a weapon, a threat, a date or a child.

        A month that is also another word, such as "may", is a named date beside a number.
        """
        lists = {WordMark.VIOLENCE: self.violence, WordMark.DATE: self.dates, WordMark.CHILD: self.children}
        found = []
        for sentence in _SENTENCE.split(text):
            words = _words(sentence)
            marks = frozenset(
                mark for mark, some in lists.items() if any(one.in_these(words) for one in some.values())
            )
            if any(map(self.is_date, [*_AFTER_NUMBER.findall(sentence), *_BEFORE_NUMBER.findall(sentence)])):
                marks |= {WordMark.DATE}
            if marks:
                found.append(MarkedSentence(sentence.strip()[:_LONGEST], marks))
        return found


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, each no longer than what is shown of a marked one."""
    return [one.strip()[:_LONGEST] for one in _SENTENCE.split(text) if one.strip()]


def _words(text: str) -> Sequence[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def read_look_alikes(folder: Traversable) -> LookAlikes:
    """Return the lists read from `look_alikes.toml`.

    Raises PackError.
    """
    top = read_toml(folder, "look_alikes.toml")
    languages = top.named("words")
    violence, dates, times, children = (
        {language: read_words(one, key) for language, one in languages.items()}
        for key in ("violence", "dates", "times", "children")
    )
    found = LookAlikes(violence, dates, times, children)
    for one in languages.values():
        one.done()
    top.done()
    return found
