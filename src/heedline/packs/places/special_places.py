"""Recognise places by their name or type, such as stations, airports, bases and nuclear sites.

A match needs words that have no other meaning. A place that the report says is *near* such a site does
not match, and neither does a street or pub named after one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.tables import PackError, Table, read_toml

_WORD = re.compile(r"[a-z0-9]+|[,;\n]")
_BREAKS = frozenset(",;\n")


@dataclass(frozen=True, slots=True)
class SpecialPlaces:
    """The names of special places and the words that rule out a match.

    `named` maps the first word of a name to (all words, force, because), longest first. `not_after` and
    `not_before` are words that rule out a match.
    """

    named: Mapping[str, tuple[tuple[tuple[str, ...], str, str], ...]]
    not_after: frozenset[tuple[str, ...]]
    not_before: frozenset[str]
    little: frozenset[str]
    """Short words such as "the", which are skipped between "near" and a name."""

    def find(self, text: str) -> frozenset[tuple[str, str]]:
        """Return a (force, reason) pair for every special place named in the text.

        If two names overlap, only the longer one counts.
        """
        words = _words(text)
        found: set[tuple[str, str]] = set()
        at = 0
        while at < len(words):
            for name, force, because in self.named.get(words[at], ()):
                end = at + len(name)
                if tuple(words[at:end]) == name:
                    if not self._undone(words, at, end):
                        found.add((force, because))
                    at = end - 1
                    break
            at += 1
        return frozenset(found)

    def _undone(self, words: list[str], start: int, end: int) -> bool:
        before = words[:start]
        while before and before[-1] in self.little:
            before.pop()
        after = words[end] if end < len(words) else ""
        return after in self.not_before or any(
            tuple(before[-len(words_before) :]) == words_before for words_before in self.not_after
        )


def _words(text: str) -> list[str]:
    """Split text into lower-case words, without accents or apostrophes, and separators.

    For example, "King's" becomes "kings".
    """
    plain = unicodedata.normalize("NFKD", text.lower().replace("&", " and "))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _WORD.findall(re.sub(r"['’]", "", plain))


def read_special_places(folder: Traversable, forces: Collection[str]) -> SpecialPlaces:
    """Return the special places read from `areas/special.toml`.

    Raises PackError, naming the file and key.
    """
    table = read_toml(folder, "areas/special.toml")
    named: dict[tuple[str, ...], tuple[str, str]] = {}
    single = set(table.texts("one_word"))
    for group in table.tables("groups"):
        because = group.text("because")
        for force, names in _names(group, forces):
            for name in names:
                words = tuple(_words(name))
                if not words or _BREAKS & set(words):
                    raise group.wrong("names", "must be words without commas")
                if len(words) == 1 and name not in single:
                    raise group.wrong(
                        "names", f"{name} is one word: list it in one_word if it means only this"
                    )
                if named.get(words, (force, because)) != (force, because):
                    raise group.wrong("names", f"{name} is there twice")
                named[words] = (force, because)
        group.done()
    if stray := single - {" ".join(words) for words in named}:
        raise table.wrong("one_word", f"no place is called {min(stray)}")
    found = SpecialPlaces(
        named=_by_first_word(named),
        not_after=frozenset(tuple(_words(text)) for text in table.texts("not_after")),
        not_before=frozenset(table.texts("not_before")),
        little=frozenset(table.texts("little")),
    )
    table.done()
    return found


def _by_first_word(
    named: Mapping[tuple[str, ...], tuple[str, str]],
) -> dict[str, tuple[tuple[tuple[str, ...], str, str], ...]]:
    """Return the names grouped by their first word.

    A report is then scanned only once, however long the list is.
    """
    lists: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
    for words in sorted(named, key=lambda words: (-len(words), words)):
        lists.setdefault(words[0], []).append((words, *named[words]))
    return {first: tuple(found) for first, found in lists.items()}


def _names(group: Table, forces: Collection[str]) -> Iterable[tuple[str, list[str]]]:
    """Yield each force with its place names.

    Every name is combined with every ending of the group, or used alone if the group has no endings.
    """
    endings = group.texts("endings", ())
    by_force = group.table("names")
    for force in by_force:
        if force not in forces:
            raise PackError(f"{group.file}: {group.path}.names: no force is called {force}")
        names = by_force.texts(force)
        yield force, [f"{name} {ending}" for name in names for ending in endings] if endings else list(names)
