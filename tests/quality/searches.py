"""Searches for names as officers may type them, made in an index of the labelled texts.

The index is a real one, whose pages are kept in memory. What an office page adds to a search (rights, the log, filters) is
left out.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from heedline.casework.search.query import Sought, understood
from heedline.index import Document, Query, SealedIndex
from heedline.index.extraction import near_words
from heedline.index.extraction.extract import extract
from heedline.index.extraction.keys import forms as forms_of_values
from heedline.index.extraction.names import latin
from heedline.index.extraction.rules import MatchingRules
from heedline.index.extraction.values import Extract, ReportText
from heedline.index.keys import new_keys
from heedline.index.proposals import proposals
from heedline.index.terms import SearchKind, Unsearchable
from heedline.index.words import forms_of, placed, words_of
from tests.rules.index.memory_store import MemoryStore


@dataclass(frozen=True)
class Search:
    """What an officer types, the number of the text that holds the name meant, or -1 if it is another person's."""

    tradition: str
    typed: str
    text: int


@dataclass
class Outcome:
    """Counts of searches: those meant, listed, found by way of a suggested word; and other reports listed as similar."""

    meant: int = 0
    listed: int = 0
    suggested: int = 0
    wrong: int = 0

    def add(self, other: Outcome) -> None:
        """Add the counts of another group."""
        self.meant += other.meant
        self.listed += other.listed
        self.suggested += other.suggested
        self.wrong += other.wrong

    @property
    def found(self) -> float:
        """Return the share of searches that lead to the report, listed or by way of a suggestion."""
        return (self.listed + self.suggested) / self.meant if self.meant else 1.0


class World:
    """An index of texts, searched as an office page searches it."""

    def __init__(self, texts: Sequence[str], rules: MatchingRules) -> None:
        self._texts, self._rules = texts, rules
        self._store, self._keys = MemoryStore(), new_keys()

    @cached_property
    def _read(self) -> list[Extract]:
        return [extract([ReportText(text, "text", "Report")], self._rules) for text in self._texts]

    @cached_property
    def _index(self) -> SealedIndex:
        index = SealedIndex(self._store, self._keys, writable=True)
        documents = []
        for number, (text, read) in enumerate(zip(self._texts, self._read, strict=True)):
            words = [words_of(text)]
            forms, begun = forms_of([text], words)
            forms.update(forms_of_values(read.values))
            documents.append(Document(UUID(int=number), words, forms, read.keys, begun=begun))
        index.add(documents)
        index.save()
        return index

    def outcomes(self, searches: Iterable[Search]) -> dict[str, Outcome]:
        """Return what becomes of these searches, by tradition."""
        found: dict[str, Outcome] = defaultdict(Outcome)
        for one in searches:
            into = found[one.tradition]
            exact, similar = self.listed(one.typed)
            into.wrong += len(similar - {one.text})
            if one.text < 0:
                continue
            into.meant += 1
            into.listed += one.text in exact | similar
            if not exact | similar:
                instead = self._instead(one.typed)
                again, alike = self.listed(instead) if instead else (set(), set())
                into.suggested += one.text in again | alike
        return dict(found)

    def lists(self, typed: str, number: int) -> bool:
        """Return whether a search for this lists the text with this number. One that is refused lists none."""
        try:
            exact, similar = self.listed(typed)
        except Unsearchable:
            return False
        return number in exact | similar

    def listed(self, typed: str) -> tuple[set[int], set[int]]:
        """Return the texts that contain the words typed, and others that contain a similar name."""
        sought = understood(typed, self._rules)
        hits = self._hits(Query([term.clause for term in sought.terms]))
        exact = {one for one in hits if all(term.places(self._texts[one]) for term in sought.terms)}
        proposed = {hit for reading in sought.readings for hit in self._hits(reading.for_index())}
        return exact, {one for one in proposed - exact if self._is_similar(one, sought)}

    def _is_similar(self, number: int, sought: Sought) -> bool:
        return any(
            reading.is_like(value, self._rules.names)
            for reading in sought.readings
            if all(term.places(self._texts[number]) for term in reading.terms)
            for value in self._read[number].values
        )

    def _instead(self, typed: str) -> str:
        """Return the search that the page offers if nothing was found, or ""."""
        instead, any_near = typed, False
        for term in reversed(understood(typed, self._rules).terms):
            if self._hits(Query([term.clause])):
                continue
            near = ""
            if term.kind is SearchKind.WORDS and len(term.words[0]) >= near_words.SHORTEST:
                opened = [report.int for report in proposals(self._index, term.words[0], self._rules.names)]
                there = [
                    self._texts[at][start:end] for at in opened for _, start, end in placed(self._texts[at])
                ]
                near = near_words.nearest(latin(term.words[0]), there, self._rules.names)
            start, end = term.places(instead)[0]
            instead, any_near = instead[:start] + near + instead[end:], any_near or bool(near)
        return instead if any_near else ""

    def _hits(self, query: Query) -> set[int]:
        return {hit.report.int for hit in self._index.search(query, most=200)}


def of_texts(rows: str, rules: MatchingRules) -> dict[str, Outcome]:
    """Return what becomes of the searches in a file of labelled texts."""
    known = list(csv.DictReader(rows.splitlines()))
    searches = [
        Search(row["tradition"], typed, at)
        for at, row in enumerate(known)
        for typed in filter(None, row["typed"].split(";"))
    ]
    return World([row["text"] for row in known], rules).outcomes(searches)


def of_pairs(pairs: Iterable[tuple[str, str, str, bool]], rules: MatchingRules) -> dict[str, Outcome]:
    """Return what becomes of a search for the second name of each pair among sentences with all first ones.

    A pair is a tradition, two names, and whether they are the same.
    """
    known = list(pairs)
    texts = [f"I heard from {one} about it yesterday." for _, one, _, _ in known]
    searches = [
        Search(tradition, other, at if same else -1) for at, (tradition, _, other, same) in enumerate(known)
    ]
    return World(texts, rules).outcomes(searches)
