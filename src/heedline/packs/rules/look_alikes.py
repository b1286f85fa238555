"""Word lists of weapons, threats and dates that exclude a report from bulk closure.

They are data of the pack. This is plain Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.rules.behaviour import WordList, read_words
from heedline.packs.tables import read_toml

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """The word lists for look-alike reports, by language.

    A text is compared with the lists of every language, because it may mix languages.
    """

    violence: Mapping[str, WordList]
    dates: Mapping[str, WordList]

    def knows(self, language: str) -> bool:
        """Return whether there is a list for this language.

        This is also true of "", which means that the language could not be identified.
        """
        return not language or language in self.violence

    def names_violence(self, text: str) -> bool:
        """Return whether a text contains a word for a weapon or a threat."""
        words = _words(text)
        return any(one.in_these(words) for one in self.violence.values())

    def is_date(self, word: str) -> bool:
        """Return whether a word is the name of a day, a month or a time."""
        return any(one.in_these([word.casefold()]) for one in self.dates.values())


def _words(text: str) -> Sequence[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def read_look_alikes(folder: Traversable) -> LookAlikes:
    """Return the lists read from `look_alikes.toml`.

    Raises PackError.
    """
    top = read_toml(folder, "look_alikes.toml")
    languages = top.named("words")
    found = LookAlikes(
        {language: read_words(one, "violence") for language, one in languages.items()},
        {language: read_words(one, "dates") for language, one in languages.items()},
    )
    for one in languages.values():
        one.done()
    top.done()
    return found
