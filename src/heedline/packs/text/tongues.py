"""Languages that reporters write in and officers speak, and detection of the language of a text.

The rule can be explained in one sentence. A text is attributed to a language if it has letters that no
other language has, or at least three of its short words and clearly more of them than of any other. The
guess names the words that it is based on, and decides nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.tables import Table, read_toml

_WORD = re.compile(r"[^\W\d_]+")
#: What is looked at: a language shows in its first words, and nobody can make this slow.
_MOST_CHARACTERS = 4000
#: How many short words must be there, how many of all words they are, and how far ahead of the next language.
_ENOUGH, _SHARE, _AHEAD = 3, 0.1, 1.4
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language that reporters write in or officers speak.

    `script` is the Unicode name of its letters. `words` and `beginnings` distinguish it from other
    languages.
    """

    code: str
    name: str
    script: str
    words: frozenset[str]
    beginnings: tuple[str, ...]

    def has(self, word: str) -> bool:
        """Return whether a word is one of the language's short words or starts with one of its prefixes."""
        return word in self.words or (word.startswith(self.beginnings) and word not in self.beginnings)


@dataclass(frozen=True, slots=True)
class Guess:
    """The likely language of a text, with the words by which it was recognised.

    There are no words if it was recognised by its letters.
    """

    code: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tongues:
    """The languages that reporters write in and officers speak, by code, in file order."""

    known: Mapping[str, Tongue]

    def name(self, code: str) -> str:
        """Return the name that officers use for a language, or its code if there is none."""
        return self.known[code].name if code in self.known else code

    def guess(self, text: str) -> Guess | None:
        """Return the likely language of the text, or None if it is too short or ambiguous."""
        text = text[:_MOST_CHARACTERS]
        letters: Counter[str] = Counter()
        for letter, count in Counter(text).items():
            if letter.isalpha():
                letters[unicodedata.name(letter, "").partition(" ")[0]] += count
        if not letters:
            return None
        script, many = letters.most_common(1)[0]
        here = [tongue for tongue in self.known.values() if tongue.script == script]
        if many < 20 or many < 0.6 * letters.total() or not here:
            return None
        if len(here) == 1:
            return Guess(here[0].code, ())
        words = [word.casefold() for word in _WORD.findall(text)]
        counted = Counter(words)
        found = {
            tongue.code: Counter({word: count for word, count in counted.items() if tongue.has(word)})
            for tongue in here
        }
        ranked = sorted(found.items(), key=lambda one: -one[1].total())
        (code, best), (_, second) = ranked[0], ranked[1]
        if (
            len(best) < _ENOUGH
            or best.total() < _SHARE * len(words)
            or best.total() < _AHEAD * second.total()
        ):
            return None
        return Guess(code, tuple(word for word, _ in best.most_common(_NAMED)))


def read_tongues(folder: Traversable, spoken: tuple[str, ...]) -> Tongues:
    """Return the languages read from `tongues.toml`.

    Raises PackError if a language of the public pages (`spoken`) is missing or has no words.
    """
    table = read_toml(folder, "tongues.toml")
    found = {}
    for code in table:
        one = table.table(code)
        found[code] = _tongue(code, one)
        one.done()
    if missing := [code for code in spoken if code not in found]:
        raise table.wrong(missing[0], "is a language of the public pages and must be here")
    return Tongues(found)


def _tongue(code: str, table: Table) -> Tongue:
    words = table.texts("words") if table.has("words") else ()
    return Tongue(
        code,
        table.text("name"),
        table.text("script", "LATIN") if words or table.has("script") else "",
        frozenset(word.casefold() for word in words if not word.endswith("*")),
        tuple(word[:-1].casefold() for word in words if word.endswith("*")),
    )
