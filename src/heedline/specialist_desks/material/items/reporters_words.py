"""What the reporters of an item wrote about it, for the examiner who decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from heedline.casework.access.keyring import Keyring
from heedline.casework.journey.closing_rules import MARKS, REPORTERS, marked_in, names_child
from heedline.casework.report import restrictions
from heedline.casework.report.opening import (
    OpenedReport,
    first_words,
    open_stored,
    received_words,
    short_name,
)
from heedline.casework.search import documents
from heedline.casework.search.documents import SearchedText
from heedline.index import SealedIndex
from heedline.packs.rules.look_alikes import WordMark
from heedline.packs.urgency import PAGED, Urgency
from heedline.permits.scopes import reports_of
from heedline.reports.models import Report
from heedline.reports.stored import StoredPart
from heedline.specialist_desks.material.items.contents import ItemContent
from heedline.specialist_desks.material.items.finding import reports_naming

#: Reports of an item that its page lists, how many of them are opened, and of how many the account is shown.
MOST_LISTED: Final = 200
MOST_OPENED: Final = 50
MOST_SHOWN: Final = 5
#: Characters of an account that are shown.
LENGTH: Final = 400


@dataclass(frozen=True)
class NamingReport:
    """A report that names an item, and what it says if it was opened.

    `marks` names what a second reader must see: danger, something planned, and the pack's marked words.
    """

    ref: UUID
    short: str
    received_words: str
    opened: OpenedReport | None = field(default=None, repr=False)
    marks: tuple[str, ...] = ()

    @property
    def account(self) -> str:
        """Return the beginning of its account."""
        said = first_words(self.opened.narrative, LENGTH) if self.opened is not None else ""
        return said or "No account was given."


@dataclass(frozen=True)
class ReportersWords:
    """The reports that name an item, marked ones first. `unread` is how many of them were not opened."""

    reports: tuple[NamingReport, ...] = ()
    unread: int = 0

    @property
    def shown(self) -> tuple[NamingReport, ...]:
        return tuple(one for one in self.reports if one.opened is not None)[:MOST_SHOWN]

    @property
    def others(self) -> tuple[NamingReport, ...]:
        shown = {one.ref for one in self.shown}
        return tuple(one for one in self.reports if one.ref not in shown)

    @property
    def why_not_brief(self) -> str:
        """Return why this item needs the whole examination form, or "" if a brief finding is enough."""
        if any(one.marks for one in self.reports):
            return "A reporter mentions danger, a threat, a weapon, a date or a child."
        return "Not every report about it could be read here." if self.unread else ""


def read(content: ItemContent, desk: UUID, index: SealedIndex | None, ring: Keyring) -> ReportersWords:
    """Return the desk's reports that name an item, with what they say.

    Dangers are opened first. Reports whose processing is restricted are listed and not opened (ADR 76). The item's log says
    who read this.
    """
    keys = [one.key for one in content.addresses]
    refs = reports_naming(index, keys) if index is not None else ()
    rows = reports_of([desk]).filter(id__in=refs[:MOST_LISTED])
    found = {one.id: one for one in rows}
    usable = set(restrictions.usable(rows).values_list("id", flat=True))
    order = sorted((one for one in refs if one in found), key=lambda one: not _is_danger(found[one]))
    parts = documents.searched_parts([one for one in order if one in usable][:MOST_OPENED])
    lines = [_line(found[ref], parts.get(ref, ()), ring) for ref in order]
    lines.sort(key=lambda one: not one.marks)
    unread = sum(one.opened is None for one in lines) + max(0, len(refs) - MOST_LISTED)
    return ReportersWords(tuple(lines), unread)


def _line(report: Report, parts: Sequence[StoredPart], ring: Keyring) -> NamingReport:
    line = NamingReport(report.id, short_name(report.id), received_words(report))
    unread: list[str] = []
    try:
        opened = open_stored(next(one for one in parts if one.part == "report"), ring)
        texts = documents.texts_of(report, parts, ring, unread=unread)
    except (*documents.UNREADABLE, StopIteration):
        return line
    if unread:  # a message that does not open may tell of danger
        return line
    return replace(line, opened=opened, marks=tuple(_marks(report, opened, texts)))


def _is_danger(report: Report) -> bool:
    """Return whether the reporter or an officer says that a life is in danger."""
    return report.urgency == Urgency.DANGER or bool(report.danger_to_life)


def _marks(report: Report, opened: OpenedReport, texts: Iterable[SearchedText]) -> Iterator[str]:
    if _is_danger(report):
        yield "Danger"
    elif report.urgency == Urgency.PLANNED:
        yield "Something is planned"
    elif report.urgency in PAGED:
        yield "Not sure whether anyone is in danger"
    marked = marked_in(one.text for one in texts if one.part in REPORTERS)
    about = {mark for one in marked for mark in one.marks} - {WordMark.CHILD}
    if names_child(opened, marked, report):
        about.add(WordMark.CHILD)
    yield from (words for mark, words in MARKS.items() if mark in about)
