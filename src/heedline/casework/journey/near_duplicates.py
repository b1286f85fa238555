"""Which texts look alike. Plain Python, in memory only: it sees opened reports, and nothing of it is kept.

Two texts are alike when half of their runs of three words are the same; digits count as one digit, so that a template
with another number in it is still the same template. It finds copies, not meanings, and it decides nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable

_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d+")
_RUN = 3
ALIKE = 0.5
#: A run of words that stands in more groups than this tells nothing.
_COMMON = 100


def runs(text: str) -> frozenset[tuple[str, ...]]:
    """Every run of three words; of a shorter text the words themselves."""
    words = _WORD.findall(_DIGIT.sub("0", unicodedata.normalize("NFKC", text).casefold()))
    if len(words) < _RUN:
        return frozenset([tuple(words)] if words else [])
    return frozenset(zip(*(words[n:] for n in range(_RUN)), strict=False))


def groups[K: Hashable](texts: Iterable[tuple[K, str]]) -> list[list[K]]:
    """Texts that look like the first of their group, largest group first; a text like no other is in none."""
    leaders: list[frozenset[tuple[str, ...]]] = []
    members: list[list[K]] = []
    led_by: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for key, text in texts:
        mine = runs(text)
        if not mine:
            continue
        shared: Counter[int] = Counter()
        for run in mine:
            shared.update(led_by.get(run, ()))
        best, alike = -1, 0.0
        for number, both in shared.items():
            share = both / (len(mine) + len(leaders[number]) - both)
            if share > alike:
                best, alike = number, share
        if alike >= ALIKE:
            members[best].append(key)
            continue
        leaders.append(mine)
        members.append([key])
        for run in mine:
            if len(led_by[run]) < _COMMON:
                led_by[run].append(len(leaders) - 1)
    return sorted((one for one in members if len(one) > 1), key=len, reverse=True)
