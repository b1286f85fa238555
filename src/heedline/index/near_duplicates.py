"""Detects near-duplicate texts.

This is plain Python that works in memory on opened reports and stores nothing.

Two texts match when they share half of their three-word sequences. All digits count as the same digit,
so that a template still matches when a number in it changes. The comparison finds copies, not similar
meanings, and decides nothing.
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
    """Return the set of three-word sequences in a text.

    A text of fewer than three words gives its words.
    """
    words = _WORD.findall(_DIGIT.sub("0", unicodedata.normalize("NFKC", text).casefold()))
    if len(words) < _RUN:
        return frozenset([tuple(words)] if words else [])
    return frozenset(zip(*(words[n:] for n in range(_RUN)), strict=False))


def groups[K: Hashable](texts: Iterable[tuple[K, str]]) -> list[list[K]]:
    """Group each text with the first one that it resembles, largest group first.

    Texts that resemble no other are left out.
    """
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
