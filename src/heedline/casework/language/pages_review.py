"""The review status of the public pages in every language.

Shown to stewards and printed in `docs/languages.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.report.verb import on_the_record
from heedline.packs import Pack, load_pack
from heedline.packs.text.languages import Language, Page, PageState
from heedline.permits.capabilities import Capability


@dataclass(frozen=True)
class PageReviewLine:
    """The review status of one public page in each language except the pack's first.

    `name` is the page's name in the first language, or "" when it has none.
    """

    code: str
    name: str
    texts: int
    in_languages: tuple[Page, ...]


@dataclass(frozen=True)
class Translations:
    """The review status of every translated page.

    `languages` lists all but the first, in the same order as the pages of each line. `reviewed` counts the
    reviewed pages of each language.
    """

    languages: tuple[Language, ...]
    lines: tuple[PageReviewLine, ...]
    reviewed: tuple[int, ...]


def translations(*, by: Attendance) -> Translations:
    """Return the review status of every page in every language, for a steward.

    Raises Refused for others. None of it concerns any report.
    """
    with on_the_record(Act.TRANSLATIONS_READ, by=by):
        by.require(Capability.SET_UP)
    return of_pack(load_pack(settings.PACK))


def of_pack(pack: Pack) -> Translations:
    """Return the review status of this pack's pages in every language except its first."""
    others = [language for language in pack.languages.values() if language.code != pack.first_language]
    words = pack.words(pack.first_language)
    lines = tuple(
        PageReviewLine(
            code,
            words.get(f"{code}.title", ""),
            page.texts,
            tuple(pack.pages[other.code][code] for other in others),
        )
        for code, page in pack.pages[pack.first_language].items()
    )
    reviewed = tuple(
        sum(page.state is PageState.REVIEWED for page in pack.pages[other.code].values()) for other in others
    )
    return Translations(tuple(others), lines, reviewed)
