"""Which language a report is in: what its pages were in, what it seems to be written in, and what an officer says it is.

The page's language and the officer's word stand sealed. The hint is worked out when an officer opens the report, kept
nowhere, and decides nothing (`packs.text.tongues`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.report import notes
from heedline.casework.report.question_editions import language_words
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.reports.stored import parts_of

#: How an officer's word about a report's language is kept: a sealed part of the report.
PART = "language"
_HINT_LENGTH = 400  # of a line in a queue, which has many


@dataclass(frozen=True)
class LanguageHint:
    """What the words of a report seem to be, and why."""

    code: str
    name: str
    because: tuple[str, ...] = field(repr=False)


def name_of(code: str) -> str:
    """How officers call a language."""
    return load_pack(settings.PACK).tongues.name(code)


def choices() -> tuple[tuple[str, str], ...]:
    """Every language that the pack knows, by name: codes and names."""
    known = load_pack(settings.PACK).tongues.known.values()
    return tuple(sorted(((one.code, one.name) for one in known), key=lambda one: one[1]))


def hint(text: str, language: str, *, said: bool) -> LanguageHint | None:
    """What the text seems to be written in, where that is not `language` and nobody has said which it is."""
    guess = None if said else load_pack(settings.PACK).tongues.guess(text)
    if guess is None or guess.code == language:
        return None
    return LanguageHint(guess.code, name_of(guess.code), guess.because)


def pages_flag(pages: str, *, web: bool) -> str:
    """What is known of the language before anybody has said it: which pages it was sent from, or what another service
    says. Empty for the office's own."""
    words = language_words(pages)
    if not words:
        return ""
    return f"Sent from {words} pages" if web else f"Said to be in {words}"


def flags(text: str, language: str, *, pages: str, web: bool, said: bool, translated: bool) -> list[str]:
    """The language of a report in a queue, where it is not the office's own: what an officer said; until then what it
    seems to be, and which pages it came from where that is something else. Whoever reads Arabic may write English."""
    if translated:
        return [f"Translated from {name_of(language)}"]
    if said:
        words = language_words(language)
        return [f"Language: {words}"] if words else []
    guess = load_pack(settings.PACK).tongues.guess(text[:_HINT_LENGTH])
    came = pages_flag(pages, web=web)
    if guess is None:
        return [came] if came else []
    own = not came and not language_words(guess.code)
    seems = [] if own else [f"Seems to be in {name_of(guess.code)}"]
    return [*seems, came] if came and guess.code != pages else seems


def spoken(text: str, language: str, *, said: bool) -> str:
    """What a screen reader takes a text for in a list: what an officer said, or what it seems to be, or its pages'."""
    found = hint(text[:_HINT_LENGTH], language, said=said)
    return found.code if found is not None else language


def said_last(words: Iterable[Mapping[str, Any]]) -> str:
    """The language that an officer said last, of these parts; empty when nobody has."""
    said = [one for one in words if "language" in one and "number" in one]
    return str(max(said, key=lambda one: int(one["number"]))["language"]) if said else ""


def _said(found: FoundReport) -> list[Mapping[str, Any]]:
    ring = found.by.keys()
    return [
        notes.open_words(one.container, one.header, one.payload, ring.for_any(one.epochs), one.part)
        for one in parts_of([found.report.id], Q(part=PART))
    ]


@verb(Act.LANGUAGE_SAID)
def say(ref: UUID, language: str, *, by: Attendance, at: datetime) -> None:
    """Say which language a report is written in; said again, the last one counts. Raises NotHere, Refused, Locked, and
    ValueError for a language that the pack does not know."""
    found = find(ref, by=by, at=at)
    found.permit(Capability.TRANSLATE)
    note(found, language)
    record(found, Act.LANGUAGE_SAID)


def note(found: FoundReport, language: str) -> None:
    """Keep, sealed, that this officer says so, unless it was said last already. ValueError for an unknown language."""
    if language not in load_pack(settings.PACK).tongues.known:
        raise ValueError("a language that the pack does not know")
    before = _said(found)
    if said_last(before) != language:
        number = max((int(one["number"]) for one in before), default=0) + 1
        notes.seal(found, {"language": language, "number": number, "by": str(found.by.officer_id)}, part=PART)
