"""Read the pack's words and word patterns that show whether capitalised words are a person's name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from heedline.index.extraction.rules import NameEvidence
from heedline.packs.tables import Table

#: Letters of the shortest forename that is taken for a second name or shows one in small letters, and of a surname that is
#: known by its end alone.
_SHORTEST_SECOND, _SHORTEST_BY_END = 4, 7


def read_evidence(
    table: Table, forenames: Collection[str], seconds: Collection[str], no_surnames: Collection[str]
) -> NameEvidence:
    """Return the rules read from `name_evidence.toml`.

    `seconds` are those of the `forenames` that come from traditions in which a second name is one, and `no_surnames` those of
    `matching.toml`.
    """
    firsts, lasts = table.texts("forename_firsts"), table.texts("forename_lasts")
    begins, ends = table.texts("forename_beginnings"), table.texts("forename_endings")
    family, surname_ends = table.texts("family_names"), table.texts("surname_endings")
    family_begins = table.texts("family_beginnings")
    also_words = frozenset(table.texts("also_words"))
    known = {one for one in seconds if len(one) >= _SHORTEST_SECOND and one not in also_words}
    return NameEvidence(
        linking=frozenset(table.texts("linking")),
        joined=frozenset(table.texts("joined")),
        second_names=(second_names := frozenset({*family, *known})),
        forename=re.compile(
            rf"(?:{_any(firsts)})(?:{_any(lasts)})|(?:{_any(begins)})[a-z]{{3,}}|[a-z]{{3,}}(?:{_any(ends)})"
        ),
        surname=re.compile(
            rf"(?=[a-z]{{{_SHORTEST_BY_END},}})[a-z]+(?:{_any(surname_ends)})|(?:{_any(family_begins)})[a-z]{{3,}}"
        ),
        small_surname=re.compile(rf"[a-z]{{2,}}(?:{_any(table.texts('small_surname_endings'))})"),
        surname_beginning=re.compile(rf"(?:{_any(table.texts('surname_beginnings'))})[^\W\d_]{{3,}}"),
        chinese_surnames=frozenset(table.texts("chinese_surnames")),
        after_people=table.texts("after_people"),
        not_small_surnames=frozenset(table.texts("not_small_surnames")),
        people=frozenset(table.texts("people")),
        relatives=frozenset(table.texts("relatives")),
        openers=frozenset(table.texts("openers")),
        not_first=frozenset(table.texts("not_first")),
        places=frozenset({*no_surnames, *table.texts("places")} - set(table.texts("also_surnames"))),
        surnames_of_places=frozenset(table.texts("surnames_of_places")),
        forenames_of_places=frozenset(table.texts("forenames_of_places")),
        also_words=also_words,
        in_small_letters=frozenset(
            one for one in {*forenames, *second_names} - also_words if len(one) >= _SHORTEST_SECOND
        ),
    )


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))
