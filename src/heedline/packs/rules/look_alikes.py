"""Word lists of weapons, threats, dates and children that mark a report, and keep it from being closed in bulk or with a preset.

They are data of the pack. This is plain Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib.resources.abc import Traversable

from heedline.packs.rules.behaviour import WordList, merged, read_words, words_of
from heedline.packs.tables import read_toml

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
#: A number of one or two digits, and the words behind and before it.
_NUMBER = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?\b")
_BEHIND = re.compile(r"(?: of)? ([^\W\d_]+)")
_BEFORE = re.compile(r"([^\W\d_]+) $")
#: Characters before a number in which that word is looked for.
_LONGEST_WORD = 30
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


@dataclass(frozen=True)
class LookAlikes:
    """The word lists for look-alike reports, by language.

    A text is compared with the lists of every language, because it may mix languages. `drafts` are the languages whose lists
    are machine drafts: they mark a report, but nobody closes reports in bulk because they mark none.
    """

    violence: Mapping[str, WordList]
    dates: Mapping[str, WordList]
    times: Mapping[str, WordList]
    children: Mapping[str, WordList]
    drafts: frozenset[str] = frozenset()

    @cached_property
    def _lists(self) -> dict[WordMark, WordList]:
        """Return one list of all languages for each mark: a text is looked through once, however many languages there are."""
        lists = {WordMark.VIOLENCE: self.violence, WordMark.DATE: self.dates, WordMark.CHILD: self.children}
        return {mark: merged(some.values()) for mark, some in lists.items()}

    @cached_property
    def _all(self) -> WordList:
        return merged(self._lists.values())

    @cached_property
    def _days_and_times(self) -> WordList:
        return merged((*self.dates.values(), *self.times.values()))

    def knows(self, language: str) -> bool:
        """Return whether there is a list for this language that is more than a draft.

        This is also true of "", which means that the language could not be identified.
        """
        return not language or (language in self.violence and language not in self.drafts)

    def is_date(self, word: str) -> bool:
        """Return whether a word is the name of a day, a month or a time."""
        return self._days_and_times.in_these([word.casefold()])

    def marked(self, text: str) -> list[MarkedSentence]:
        """Return the sentences of a text that name a weapon, a threat, a date or a child.

        A month that is also another word, such as "may", is a named date beside a number.
        """
        if not self._all.in_these(words_of(text)) and not self._numbered(text):
            return []
        found = []
        for sentence in _SENTENCE.split(text):
            words = words_of(sentence)
            marks = frozenset(mark for mark, one in self._lists.items() if one.in_these(words))
            if self._numbered(sentence):
                marks |= {WordMark.DATE}
            if marks:
                found.append(MarkedSentence(sentence.strip()[:_LONGEST], marks))
        return found

    def _numbered(self, text: str) -> bool:
        """Return whether the name of a day, a month or a time stands beside a number of one or two digits."""
        for number in _NUMBER.finditer(text):
            start, end = number.span()
            beside = _BEHIND.match(text, end), _BEFORE.search(text, max(0, start - _LONGEST_WORD), start)
            if any(self.is_date(one[1]) for one in beside if one is not None):
                return True
        return False


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, each no longer than what is shown of a marked one."""
    return [one.strip()[:_LONGEST] for one in _SENTENCE.split(text) if one.strip()]


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
    drafts = frozenset(language for language, one in languages.items() if one.flag("draft", False))
    found = LookAlikes(violence, dates, times, children, drafts)
    for one in languages.values():
        one.done()
    top.done()
    return found
