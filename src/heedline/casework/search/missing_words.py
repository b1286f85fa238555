"""Explanations for searches with no results: the words in no report, and similar words that are.

Each word is looked up by itself in the indexes that were searched. For a word that is missing, the reports that hold a word
like it are looked up, and a few of them are opened to read how it is spelt there. The similar words are taken from one
report where possible, so that a search with all of them finds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, QuerySet, When

from heedline.casework.access.keyring import Keyring
from heedline.casework.report.restrictions import usable
from heedline.casework.search import desk_index, documents
from heedline.casework.search.query import Sought
from heedline.index import Clause, Damaged, Query
from heedline.index.extraction import near_words
from heedline.index.extraction.names import latin
from heedline.index.extraction.rules import NameRules
from heedline.index.proposals import proposals, proposals_with_all
from heedline.index.terms import SearchKind, Term
from heedline.index.words import placed
from heedline.permits.scopes import reports_of
from heedline.reports.models import SearchIndex
from heedline.reports.stored import parts_column, parts_in
from heedline.vault import CannotOpen

#: What a search can be for. A star or quotation marks that are left without a word are no search.
_LETTER = re.compile(r"[^\W_]")
#: Reports of one word that are looked at to learn whether the officer may use any of them.
_MOST_OF_A_WORD: Final = 20
#: Missing words for which a similar one is looked for, and reports that are opened for that in all.
_MOST_EXPLAINED: Final = 3
_MOST_OPENED: Final = 12


@dataclass(frozen=True)
class MissingWord:
    """A part of a search that occurs in no report that was searched.

    `typed` is as the officer typed it, and `place` is where. `near` is a similar word in a report, or "".
    """

    kind: SearchKind
    typed: str = field(repr=False)
    near: str = field(repr=False, default="")
    report: UUID | None = None
    """The id of the report that contains the similar word, or None."""
    place: tuple[int, int] = (0, 0)


def missing_in(
    text: str,
    sought: Sought,
    rows: Iterable[SearchIndex],
    ring: Keyring,
    *,
    desks: Sequence[UUID],
    rules: NameRules,
) -> tuple[MissingWord, ...]:
    """Return the parts of a search that occur in none of the desks' reports, in the order in which they were typed.

    Must be called inside `page_store.one_snapshot`. The caller logs the reports whose words are shown.
    """
    of_terms: dict[Term, set[UUID]] = {term: set() for term in sought.all_terms}
    proposed: dict[Term, dict[UUID, None]] = {}
    with_all: dict[UUID, None] = {}
    for row in rows:
        if row.epoch not in ring.seeds or not row.size:
            continue
        with suppress(CannotOpen, Damaged), desk_index.reading(row, ring) as index:
            known: list[Clause] = []
            alike: list[str] = []
            for term, reports in of_terms.items():
                hits = index.search(Query([term.clause]), most=_MOST_OF_A_WORD)
                reports.update(hit.report for hit in hits)
                if hits:
                    known.append(term.clause)
                elif _may_be_a_name(term) and len(proposed.keys() | {term}) <= _MOST_EXPLAINED:
                    alike.append(term.words[0])
                    proposed.setdefault(term, {}).update(
                        dict.fromkeys(proposals(index, term.words[0], rules))
                    )
            if alike:
                with_all |= dict.fromkeys(proposals_with_all(index, alike, known, rules))
    listed = dict.fromkeys([*with_all, *(ref for refs in proposed.values() for ref in refs)])
    opened = list(listed)[:_MOST_OPENED]
    allowed, read = _read({ref for reports in of_terms.values() for ref in reports}, opened, desks, ring)
    missing = [
        term
        for term, reports in of_terms.items()
        if len(reports) < _MOST_OF_A_WORD and allowed.isdisjoint(reports)
    ]
    similar = [term for term in missing if term in proposed]
    sources: dict[Term, Iterable[UUID]] = {**proposed, **_most_alike(similar, with_all, read, rules)}
    return tuple(_explained(term, text, sources.get(term, ()), read, rules) for term in missing)


def _may_be_a_name(term: Term) -> bool:
    return (
        term.kind is SearchKind.WORDS
        and len(term.words[0]) >= near_words.SHORTEST
        and term.words[0].isalpha()
    )


def _read(
    looked_for: Iterable[UUID], opened: Sequence[UUID], desks: Sequence[UUID], ring: Keyring
) -> tuple[set[UUID], dict[UUID, list[str]]]:
    """Return the ids of the reports that searches may use, and the words in the `opened` ones.

    Reports that do not open are left out of the words.
    """
    parts = Case(When(id__in=opened, then=parts_column(documents.SEARCHED)))
    rows: QuerySet[Any] = usable(reports_of(desks)).filter(id__in={*looked_for, *opened})
    allowed: set[UUID] = set()
    words: dict[UUID, list[str]] = {}
    for report in rows.annotate(sealed=parts) if opened else rows:
        allowed.add(report.id)
        if report.id in opened:
            with suppress(*documents.UNREADABLE):
                texts = documents.texts_of(report, parts_in(report.id, report.sealed), ring)
                there = (one.text[start:end] for one in texts for _, start, end in placed(one.text))
                words[report.id] = list(dict.fromkeys(there))
    return allowed, words


def _most_alike(
    missing: Sequence[Term], proposed: Iterable[UUID], read: Mapping[UUID, Sequence[str]], rules: NameRules
) -> dict[Term, tuple[UUID]]:
    """Find the report with similar words for the most missing terms, and map each of those terms to it."""
    best: list[Term] = []
    report: UUID | None = None
    for ref in proposed:
        words = read.get(ref, ())
        near = [term for term in missing if near_words.nearest(latin(term.words[0]), words, rules)]
        if len(near) > len(best):
            best, report = near, ref
    return {term: (report,) for term in best if report is not None}


def _explained(
    term: Term, text: str, proposed: Iterable[UUID], read: Mapping[UUID, Sequence[str]], rules: NameRules
) -> MissingWord:
    start, end = next(iter(term.places(text)), (0, 0))
    typed = text[start:end] or " ".join(term.words)
    holders = {word: ref for ref in proposed for word in read.get(ref, ())}
    near = near_words.nearest(latin(term.words[0]), holders, rules) if holders else ""
    return MissingWord(term.kind, typed, near, holders.get(near), (start, end))


def instead(text: str, missing: Iterable[MissingWord]) -> str:
    """Replace each missing word in a search with its similar word, and remove those that have none.

    Returns "" if nothing is left.
    """
    known = list(missing)
    for one in sorted(known, key=lambda one: one.place, reverse=True):
        start, end = one.place
        text = text[:start] + one.near + text[end:]
    sides = [" ".join(filter(_LETTER.search, side.split())) for side in f" {text} ".split(" OR ")]
    return " OR ".join(filter(None, sides))
