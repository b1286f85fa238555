"""Find what in a product could identify the source: words that betray one, the reporter's own wording, and who they are.

It suggests and never decides: every mark is either written differently or kept with a reason. Words and runs of words are
those of the pack (`partners.toml`). What reporters say of themselves is found in English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby, pairwise
from typing import Final

from django.conf import settings

from heedline.casework.report.term_matching import folded
from heedline.packs import load_pack

#: Words that follow "I am the" and the like, and are compared as what the reporter is.
_ROLE_WORDS: Final = 8
#: Words after "I am" in which a role is named by itself, such as "the head teacher", if the first is one of these.
_ROLE_NAME: Final = 4
_DETERMINERS: Final = frozenset({"the", "a", "an", "his", "her", "their", "its"})
_CLOCK: Final = re.compile(
    r"\b(?:[01]?\d|2[0-3])[:.][0-5]\d\b|\b(?:1[0-2]|[1-9])\s?[ap]\.?m\b", re.IGNORECASE
)
_MINE: Final = re.compile(r"\b(?:my|our) ((?:[^\W\d_]+(?:-[^\W\d_]+)?)(?: [^\W\d_]+)?)", re.IGNORECASE)
_I_AM: Final = re.compile(
    r"\b(?:i am|i'm|i’m|i was|we are|i work(?:ed)?(?: as| at| for| in| with)?|i live|i teach|i volunteer|i saw (?:it|him|her|them|this) from"
    r"|i (?:heard|watched) (?:it|him|her|them|this) from) ([^.,;!?\n]+)",
    re.IGNORECASE,
)
_SMALL: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "him",
        "his",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "me",
        "my",
        "near",
        "not",
        "of",
        "off",
        "on",
        "or",
        "our",
        "out",
        "she",
        "so",
        "that",
        "the",
        "their",
        "them",
        "there",
        "they",
        "this",
        "to",
        "was",
        "we",
        "were",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "you",
        "your",
        "said",
        "says",
        "sure",
        "very",
        "just",
        "going",
        "afraid",
        "worried",
        "scared",
        "sorry",
    ]
)
_GENDERED: Final = {
    "woman": ("wife", "mother", "sister", "daughter", "girlfriend", "aunt", "grandmother"),
    "man": ("husband", "father", "brother", "son", "boyfriend", "uncle", "grandfather"),
}
#: How a product names the person who told us.
_THE_SOURCE: Final = r"(?:the )?(?:source|reporter|caller|informant|witness)"


class Risk(StrEnum):
    """Why a passage is marked."""

    WORDING = "wording"
    TIME = "time"
    RELATION = "relation"
    ROLE = "role"
    GENDER = "gender"

    @property
    def words(self) -> str:
        """Return the reason in words."""
        return {
            Risk.WORDING: "A word that points to a source, or the reporter's own wording",
            Risk.TIME: "An exact time from the report",
            Risk.RELATION: "How the reporter is related to the subject, or knows them",
            Risk.ROLE: "What the reporter does, or from where they know it",
            Risk.GENDER: "It gives away whether the reporter is a man or a woman",
        }[self]


@dataclass(frozen=True, slots=True)
class SourceMark:
    """A passage of a product, and why it is marked."""

    passage: str = field(repr=False)
    risk: Risk


def marks(product: Iterable[str], told: Sequence[str], *, subject: str = "") -> tuple[SourceMark, ...]:
    """Return the passages of a product that could identify whoever wrote the texts `told`, each once.

    Words of the `subject` line are not marked by themselves: a product has to name whom it is about.
    """
    texts = [text for text in product if text]
    about = set(folded(subject).split())
    found: dict[str, SourceMark] = {}
    for mark in _found(texts, told, about):
        found.setdefault(mark.passage, mark)
    return tuple(found.values())


def _found(texts: Sequence[str], told: Sequence[str], about: set[str]) -> Iterator[SourceMark]:
    rules, theirs = load_pack(settings.PACK).partners, "\n".join(told)
    clocks = {_clock(one) for text in told for one in _CLOCK.findall(text)}
    relations = {
        one
        for text in told
        for words in _MINE.findall(text)
        for one in folded(words).split()
        if one not in _SMALL and one not in about
    }
    said = [folded(words).split()[:_ROLE_WORDS] for text in told for words in _I_AM.findall(text)]
    pairs = {pair for words in said for pair in pairwise(words) if not set(pair) <= _SMALL | about}
    roles = (
        {one for words in said if words[0] in _DETERMINERS for one in words[1:_ROLE_NAME]} - _SMALL - about
    )
    for text in texts:
        words = folded(text).split()
        yield from (
            SourceMark(one, Risk.WORDING)
            for one in rules.points_to_source(text, theirs)
            if not set(folded(one).split()) <= about | _SMALL
        )
        yield from (
            SourceMark(one.strip(), Risk.TIME) for one in _CLOCK.findall(text) if _clock(one) in clocks
        )
        yield from (SourceMark(one, Risk.RELATION) for one in words if one in relations)
        yield from _roles(words, pairs, roles)
        yield from _gendered(text)


def _roles(words: Sequence[str], pairs: set[tuple[str, str]], roles: set[str]) -> Iterator[SourceMark]:
    """Yield each longest passage made of the words with which reporters say what they are."""
    hit = [one in roles for one in words]
    for at, pair in enumerate(pairwise(words)):
        if pair in pairs:
            hit[at] = hit[at + 1] = True
    for is_hit, some in groupby(range(len(words)), key=hit.__getitem__):
        if is_hit:
            yield SourceMark(" ".join(words[at] for at in some), Risk.ROLE)


def _clock(text: str) -> str:
    return re.sub(r"[\s.]", "", text.casefold()).replace(":", "")


def _gendered(text: str) -> Iterator[SourceMark]:
    """Yield what says that the source is a man or a woman, such as "the source saw it from her window"."""
    words = "|".join(word for some in _GENDERED.values() for word in some)
    for found in re.finditer(
        rf"\b{_THE_SOURCE}\b[^.\n]{{0,60}}?\b(?:herself|himself|her own|his own|is (?:a|the) (?:wo)?man|is (?:the |his |her )?(?:{words}))\b",
        text,
        re.IGNORECASE,
    ):
        yield SourceMark(folded(found.group()).strip(), Risk.GENDER)
