"""Finds reports that may contain a word similar to one that no report contains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from heedline.index.extraction import near_words
from heedline.index.extraction.names import latin
from heedline.index.extraction.rules import NameRules
from heedline.index.query import Clause, Query
from heedline.index.sealed_index import SealedIndex
from heedline.index.words import begun_by, starts_of

#: The most reports of one desk that are proposed for one missing word.
MOST_PROPOSED: Final = 4


def proposals(index: SealedIndex, missing: str, rules: NameRules) -> list[UUID]:
    """Return the ids of a few reports in a desk's index that may contain a word similar to the missing one.

    Reports with a common misspelling of it come first, then those with a name that sounds like it, then those with a word that
    starts with the same letters.
    """
    word = latin(missing)
    ways = [Clause(phrases=[[one] for one in near_words.slips(word, rules)])]
    ways += [Clause(forms=sounds) for sounds in near_words.sounds_near(word, rules) if sounds]
    ways += [Clause([[start]], [begun_by(start)]) for start in reversed(starts_of(word))]
    found: dict[UUID, None] = {}
    for way in ways:
        found.update(dict.fromkeys(hit.report for hit in index.search(Query([way]), most=MOST_PROPOSED)))
        if len(found) >= MOST_PROPOSED:
            break
    return list(found)[:MOST_PROPOSED]


def proposals_with_all(
    index: SealedIndex, missing: Sequence[str], known: Sequence[Clause], rules: NameRules
) -> list[UUID]:
    """Return the ids of a few reports in a desk's index that may contain a word similar to each of the missing ones.

    The reports also meet the `known` clauses. If none does, and several words are missing, these clauses are ignored.
    """
    alike = [_slips_and_sounds(latin(word), rules) for word in missing]
    for clauses in ([*known, *alike], alike):
        if len(clauses) > 1 and (hits := index.search(Query(clauses), most=MOST_PROPOSED)):
            return [hit.report for hit in hits]
    return []


def _slips_and_sounds(word: str, rules: NameRules) -> Clause:
    sounds = (form for forms in near_words.sounds_near(word, rules) for form in forms)
    return Clause(phrases=[[one] for one in near_words.slips(word, rules)], forms=list(sounds))
