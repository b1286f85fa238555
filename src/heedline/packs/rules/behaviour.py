"""Check for reports that describe who a person is but nothing they did, using the pack's word lists.

Nothing more than word lists is used, so the rule can be explained in one sentence to the person
concerned. It decides nothing. The reporter is asked once and the officer sees a banner, and neither the
priority nor the desk depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable

from heedline.packs.tables import Table, read_toml

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
#: Leaves of a text in ASCII the letters, in lower case, and what may stand within a word.
_ASCII_LETTERS = {n: chr(n).lower() if chr(n).isalpha() or chr(n) in "-'" else " " for n in range(128)}


@dataclass(frozen=True)
class WordList:
    """A list of lower-case whole words, word beginnings and phrases."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]
    together: tuple[str, ...]

    @cached_property
    def _heads(self) -> tuple[int, frozenset[str]]:
        """Return the length of the shortest word beginning, and all beginnings cut to that length."""
        size = min(map(len, self.beginnings), default=0)
        return size, frozenset(one[:size] for one in self.beginnings)

    def in_these(self, words: Sequence[str]) -> bool:
        """Return whether any entry of the list occurs in these words, which are in text order."""
        if not self.whole.isdisjoint(words):
            return True
        size, heads = self._heads
        if any(word.startswith(self.beginnings) for word in words if word[:size] in heads):
            return True
        line = f" {' '.join(words)} "
        return any(f" {phrase} " in line for phrase in self.together)


def merged(lists: Iterable[WordList]) -> WordList:
    """Return one list with the entries of all these."""
    some = list(lists)
    return WordList(
        frozenset().union(*(one.whole for one in some)),
        tuple({head: None for one in some for head in one.beginnings}),
        tuple({phrase: None for one in some for phrase in one.together}),
    )


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The word lists for describing people (`who`) and behaviour (`did`), by language.

    `kinds` are the kinds of report whose reporters are asked. `outcomes` are those which say that a report describes no
    behaviour. `labels` are words of `did` that also label a detail of who somebody is, such as "phone".
    """

    kinds: tuple[str, ...]
    outcomes: frozenset[str]
    who: Mapping[str, WordList]
    did: Mapping[str, WordList]
    labels: Mapping[str, frozenset[str]]

    def only_who(self, account: str, *, kind: str, language: str) -> bool:
        """Return whether a report of one of `kinds` describes who a person is but nothing that anyone did or said."""
        return kind in self.kinds and self.is_only_who(account, language=language)

    def is_only_who(self, account: str, *, language: str) -> bool:
        """Return whether a text describes who a person is but nothing that anyone did or said."""
        if language not in self.who:
            return False
        words = words_of(account)
        return self.who[language].in_these(words) and not self.did[language].in_these(words)

    def says_what_was_done(self, account: str, *, language: str) -> bool:
        """Return whether a text has a word for what anyone did or said, other than a label.

        It is False in a language without word lists.
        """
        if language not in self.did:
            return False
        words = [word for word in words_of(account) if word not in self.labels[language]]
        return self.did[language].in_these(words)


def words_of(account: str) -> list[str]:
    """Return the words in an account, in order and in lower case.

    For a text in ASCII, as most are, this is done without a pattern, which takes several times as long.
    """
    if not account.isascii():
        return [word.casefold() for word in _WORD.findall(account)]
    parts = account.translate(_ASCII_LETTERS).split()
    if "-" not in account and "'" not in account:
        return parts
    return [word for part in parts for word in ((part,) if part.isalpha() else _WORD.findall(part))]


def read_behaviour(folder: Traversable, asked: tuple[str, ...], outcomes: Iterable[str]) -> Behaviour:
    """Return the rules read from `behaviour.toml`.

    `asked` are the kinds of report whose reporters are asked. Raises PackError for an unknown outcome, for a word that is in both lists, or for a label that is no
    word of `did`.
    """
    table = read_toml(folder, "behaviour.toml")
    closed = table.texts("outcomes")
    if unknown := set(closed) - set(outcomes):
        raise table.wrong("outcomes", f"no outcome is called {min(unknown)}")
    languages = table.named("words")
    found = Behaviour(
        kinds=asked,
        outcomes=frozenset(closed),
        who={language: read_words(one, "who") for language, one in languages.items()},
        did={language: read_words(one, "did") for language, one in languages.items()},
        labels={
            language: frozenset(map(str.casefold, one.texts("labels"))) for language, one in languages.items()
        },
    )
    for language, one in languages.items():
        if both := found.who[language].whole & found.did[language].whole:
            raise one.wrong("did", f"{min(both)} cannot be in both lists")
        if idle := [word for word in found.labels[language] if not found.did[language].in_these([word])]:
            raise one.wrong("labels", f"{min(idle)} is not a word of did")
        one.done()
    table.done()
    return found


def read_words(table: Table, key: str) -> WordList:
    """Return one word list, read from a table."""
    words = [word.casefold() for word in table.texts(key)]
    return WordList(
        frozenset(word for word in words if not word.endswith("*") and " " not in word),
        tuple(word[:-1] for word in words if word.endswith("*")),
        tuple(word for word in words if " " in word),
    )
