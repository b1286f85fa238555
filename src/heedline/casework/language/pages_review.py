"""The public pages in every language, and who has reviewed which: what stewards see and `docs/languages.md` prints."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.report.verb import on_the_record
from heedline.packs import Pack, load_pack
from heedline.packs.text.languages import Language, Page, State
from heedline.permits.capabilities import Capability


@dataclass(frozen=True)
class PageLine:
    """One page in every language but the first. `name`: as the page is called in the first; "" when it has no name."""

    code: str
    name: str
    texts: int
    in_languages: tuple[Page, ...]


@dataclass(frozen=True)
class Translations:
    """`languages`: all but the first, in the order of each line's pages. `reviewed`: pages of each that somebody read."""

    languages: tuple[Language, ...]
    lines: tuple[PageLine, ...]
    reviewed: tuple[int, ...]


def translations(*, by: Attendance) -> Translations:
    """Every page in every language, for a steward; Refused for others. Nothing of it is about a report."""
    with on_the_record(Act.TRANSLATIONS_READ, by=by):
        by.require(Capability.SET_UP)
    return of_pack(load_pack(settings.PACK))


def of_pack(pack: Pack) -> Translations:
    """The same, for whoever has the pack."""
    others = [language for language in pack.languages.values() if language.code != pack.first_language]
    words = pack.words(pack.first_language)
    lines = tuple(
        PageLine(
            code,
            words.get(f"{code}.title", ""),
            page.texts,
            tuple(pack.pages[other.code][code] for other in others),
        )
        for code, page in pack.pages[pack.first_language].items()
    )
    reviewed = tuple(
        sum(page.state is State.REVIEWED for page in pack.pages[other.code].values()) for other in others
    )
    return Translations(tuple(others), lines, reviewed)
