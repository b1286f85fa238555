"""Detects and labels a report's language.

It is taken from the pages used, from the apparent language of the text, and from what an officer
recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from heedline.casework.report.question_editions import language_words
from heedline.packs import load_pack
from heedline.packs.text.tongues import Guess

#: How an officer's word about a report's language is kept: a sealed part of the report.
PART = "language"


#: Characters by which the language of a line in a queue is guessed: a queue has many lines.
HINT_LENGTH = 400


@dataclass(frozen=True)
class LanguageHint:
    """The apparent language of a report's text, with the reason for the guess."""

    code: str
    name: str
    because: tuple[str, ...] = field(repr=False)


def name_of(code: str) -> str:
    """Return the name that officers use for a language."""
    return load_pack(settings.PACK).tongues.name(code)


def choices() -> tuple[tuple[str, str], ...]:
    """Return the codes and names of all languages in the pack, sorted by name."""
    known = load_pack(settings.PACK).tongues.known.values()
    return tuple(sorted(((one.code, one.name) for one in known), key=lambda one: one[1]))


def guess_of(text: str) -> Guess | None:
    """Return the apparent language of a text, or None if it is too short or ambiguous."""
    return load_pack(settings.PACK).tongues.guess(text)


def hint(guess: Guess | None, language: str, *, said: bool) -> LanguageHint | None:
    """Return the apparent language of a text if it differs from `language`.

    Returns None if an officer has already recorded the language (`said`).
    """
    guess = None if said else guess
    if guess is None or guess.code == language:
        return None
    return LanguageHint(guess.code, name_of(guess.code), guess.because)


def pages_flag(pages: str, *, web: bool) -> str:
    """Return the label for the language of a report's pages, or for the language stated by another service.

    This is the language of the pages it was sent from, or the language that another service gave. Empty for
    the office's own language.
    """
    words = language_words(pages)
    if not words:
        return ""
    return f"Sent from {words} pages" if web else f"Said to be in {words}"


def flags(
    guess: Guess | None, language: str, *, pages: str, web: bool, said: bool, translated: bool
) -> list[str]:
    """Return the language labels for a report in a queue.

    There are none if the language is the office's own. The label gives the language that an officer
    recorded. Until one has, it gives the apparent language and, if they differ, that of the pages used.
    Somebody who reads Arabic may write in English.
    """
    if translated:
        return [f"Translated from {name_of(language)}"]
    if said:
        words = language_words(language)
        return [f"Language: {words}"] if words else []
    came = pages_flag(pages, web=web)
    if guess is None:
        return [came] if came else []
    own = not came and not language_words(guess.code)
    seems = [] if own else [f"Seems to be in {name_of(guess.code)}"]
    return [*seems, came] if came and guess.code != pages else seems


def spoken(guess: Guess | None, language: str, *, said: bool) -> str:
    """Return the language code that a screen reader should use for a text in a list.

    This is the language an officer recorded, the apparent language, or that of the pages used.
    """
    found = hint(guess, language, said=said)
    return found.code if found is not None else language


def said_last(words: Iterable[Mapping[str, Any]]) -> str:
    """Return the language most recently recorded by an officer, or "" if none has been."""
    said = [one for one in words if "language" in one and "number" in one]
    return str(max(said, key=lambda one: int(one["number"]))["language"]) if said else ""
