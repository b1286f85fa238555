"""Extracts the other names that people are known by: "known as Viper", 'goes by "the Barber"'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from heedline.index.extraction import cues
from heedline.index.extraction.names import latin
from heedline.index.extraction.rules import NameRules

_QUOTES = "\"'\u2018\u2019\u201c\u201d"
#: One word with a capital, perhaps after "the" or before a number, or up to three words in quotation marks.
_ALIAS = (
    rf"(?:[{_QUOTES}](?P<quoted>[^\W_][^{_QUOTES}\n.,;]{{1,30}})[{_QUOTES}]"
    r"|(?:[Tt]he\s+)?(?P<bare>[A-Z][\w-]{2,24})(?![\w'\u2019@.]*[\w@])(?!\s+[A-Z]))"
)
_MOST_WORDS = 3


def aliases(
    text: str, phrases: tuple[str, ...], rules: NameRules, words: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Yield each alias after one of these phrases, in canonical form and as it was written.

    A forename is no alias, because it is too common to link reports. `words` are those of the text.
    """
    if not cues.possible(phrases, words):
        return
    for found in _cued(phrases).finditer(text):
        written = found["quoted"] or found["bare"]
        parts = latin(written).split()
        parts = parts[1:] if parts[:1] == ["the"] else parts
        if not 0 < len(parts) <= _MOST_WORDS or any(one in rules.no_names for one in parts):
            continue
        alone = parts[0] if len(parts) == 1 else ""
        if len("".join(parts)) >= 3 and alone not in rules.forenames and alone not in rules.no_surnames:
            yield " ".join(parts), written


@lru_cache(maxsize=4)
def _cued(phrases: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(re.escape(one) for one in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?i:\b(?:{either}))(?i:\s+(?:of|is|was|only|just|himself|herself))*[\s:,]+{_ALIAS}")
