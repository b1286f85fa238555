"""Find what names a report or its reporter in a product: references, receipt codes, and names and contact details.

A reporter's sealed identity is not opened for this. Names, email addresses and phone numbers are those that reporters gave
of themselves in their report or messages, in English ("my name is …", "call me on …"). Nothing that was found is repeated
in a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations
from typing import Final
from uuid import UUID

from heedline.casework.report.opening import short_name
from heedline.casework.report.term_matching import folded, meets
from heedline.index.words import legible
from heedline.vault.codes import LENGTH, NotACode, ReceiptCode

REFERENCE: Final = "Remove the reference of a report. A product never says which report it draws on."
CODE: Final = "Remove the receipt code. It opens the reporter's messages."
CONTACT: Final = "Remove the reporter's own email address or phone number."
NAME: Final = "Remove the reporter's own name."
_HALVES: Final = re.compile(r"(?<![A-Z0-9])(?=([A-Z0-9]{4})[\W_]{0,3}([A-Z0-9]{4})(?![A-Z0-9]))")
_ID: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
#: A receipt code in its groups, with anything short between them, or in one piece.
_CODE: Final = re.compile(r"(?<!\w)(?=(\w{4}(?:[\W_]{0,3}\w{4}){4}[\W_]{0,3}\w{2})(?!\w))")
_LIKE_DIGITS: Final = str.maketrans("01", "OI")
_LIKE_LETTERS: Final = str.maketrans("ILOU", "110V")
_MINE: Final = re.compile(
    r"\b(?:my (?:own )?(?:e-?mail|address|phone|mobile|telephone|home|work|cell|number|no\b)"
    r"|(?:e-?mail|contact|reach|call|ring|phone|text|message|write to|get hold of) me\b)([^\n]{0,120})",
    re.IGNORECASE,
)
#: Words after which an address or a number is somebody else's.
_THEIRS: Final = re.compile(r"\b(?:his|hers?|their|him|them)\b", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[^\s<>()\[\],;:]+@[^\s<>()\[\],;:]+\.\w+")
_PHONE: Final = re.compile(r"\+?\d(?:[\s().\-/]{0,3}\d){8,14}")
_CALLED: Final = re.compile(
    r"\b(?:my (?:full |real |own )?name(?:(?: is|'s|’s)\b(?!['’])|:)|(?:i am|i'm|i’m) called"
    r"|this is(?= [^\W\d_]+(?: [^\W\d_]+)? speaking))"
    r" ?((?:[^\W\d_]+(?:[-'’][^\W\d_]+)*[ ]?){1,4})",
    re.IGNORECASE,
)
#: Words that end a name, or say that what follows "my name is" is none.
_AFTER: Final = frozenset(
    [
        "a",
        "also",
        "an",
        "and",
        "anonymous",
        "at",
        "be",
        "been",
        "being",
        "but",
        "confidential",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "here",
        "i",
        "im",
        "in",
        "is",
        "kept",
        "known",
        "mentioned",
        "my",
        "never",
        "no",
        "not",
        "of",
        "on",
        "only",
        "out",
        "private",
        "safe",
        "secret",
        "she",
        "so",
        "speaking",
        "the",
        "there",
        "they",
        "to",
        "unknown",
        "used",
        "was",
        "we",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
    ]
)
_MOST_NAMES: Final = 3


def found(
    product: Iterable[str], told: Sequence[str], reports: Iterable[UUID], *, subject: str = ""
) -> tuple[str, ...]:
    """Return what has to be removed from the texts of a product, as refusals. Empty if it names no reporter or report.

    `told` is everything that the reporters wrote or answered, and `reports` are the reports that the product draws on. A
    reporter's single name is not refused if the `subject` line has it too.
    """
    texts = tuple(legible(text) for text in product if text)
    about = set(folded(subject).split())
    words = [folded(text) for text in texts]
    wrong = {
        REFERENCE: _has_reference(texts, tuple(reports)),
        CODE: any(_has_code(text) for text in texts),
        CONTACT: meets(set(_contacts(told)), texts),
        NAME: any(_has_name(name, words, about) for name in _names(told)),
    }
    return tuple(refusal for refusal, is_there in wrong.items() if is_there)


def _has_reference(texts: Sequence[str], reports: Sequence[UUID]) -> bool:
    short = {short_name(one).replace("-", "") for one in reports}
    ids = {one.hex for one in reports}
    for text in texts:
        upper = text.upper().translate(_LIKE_DIGITS)
        if any(first + last in short for first, last in _HALVES.findall(upper)):
            return True
        if any(one.replace("-", "").casefold() in ids for one in _ID.findall(text)):
            return True
    return False


def _has_code(text: str) -> bool:
    """Return whether a text has a receipt code without a mistake. With one corrected, most bank accounts would be one."""
    for run in _CODE.findall(text.upper()):
        symbols = "".join(one for one in run.translate(_LIKE_LETTERS) if one.isalnum())
        if len(symbols) == LENGTH and any(one.isdigit() for one in run):
            try:
                ReceiptCode(symbols)
            except NotACode:
                continue
            return True
    return False


def _contacts(told: Sequence[str]) -> Iterator[str]:
    for text in told:
        for written in _MINE.findall(legible(text)):
            after = _THEIRS.split(written)[0]
            yield from _EMAIL.findall(after)
            yield from _PHONE.findall(after)


def _names(told: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for text in told:
        for written in _CALLED.findall(legible(text)):
            name: list[str] = []
            for word in folded(written).split():
                if word in _AFTER or len(name) == _MOST_NAMES:
                    break
                name.append(word)
            if name:
                yield tuple(name)


def _has_name(name: tuple[str, ...], words: Sequence[str], about: set[str]) -> bool:
    """Return whether a name stands in a text, in any order of its parts."""
    if len(name) == 1 and name[0] in about:
        return False
    return any(f" {' '.join(some)} " in text for some in permutations(name) for text in words)
