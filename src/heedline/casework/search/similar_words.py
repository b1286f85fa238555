"""Finds reports that may contain a word similar to a search word without results."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from heedline.casework.search.query import beginning_with
from heedline.index import Clause, Query, SealedIndex
from heedline.index.extraction import near_words
from heedline.index.extraction.names import latin
from heedline.index.extraction.rules import NameRules
from heedline.index.words import starts_of

#: Reports of one desk that are proposed for one missing word.
MOST_PROPOSED: Final = 4


def proposals(index: SealedIndex, missing: str, rules: NameRules) -> list[UUID]:
    """Return the ids of a few reports in a desk's index that may contain a word similar to the missing one."""
    word = latin(missing)
    ways = [Clause(phrases=[[one] for one in near_words.slips(word, rules)])]
    ways += [beginning_with(start) for start in reversed(starts_of(word))]
    for way in ways:
        if hits := index.search(Query([way]), most=MOST_PROPOSED):
            return [hit.report for hit in hits]
    return []
