"""What the reporters of an item wrote about it, for the examiner who decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from heedline.casework.access.keyring import Keyring
from heedline.casework.errors import CannotOpen, ChangedSinceArrival
from heedline.casework.journey.closing_rules import MARKS, marked_in
from heedline.casework.report import restrictions
from heedline.casework.report.opening import open_stored, received_words, short_name
from heedline.index import SealedIndex
from heedline.packs.urgency import PAGED, Urgency
from heedline.permits.scopes import reports_of
from heedline.reports.models import Report
from heedline.reports.stored import parts_of_sorts
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
    """A report that names an item, with the beginning of its account if it was opened.

    `marks` names what a second reader must see: danger, something planned, and the pack's marked words.
    """

    ref: UUID
    short: str
    received_words: str
    account: str = field(default="", repr=False)
    spoken: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportersWords:
    """The reports that name an item, marked ones first. `unread` is how many of them were not opened."""

    reports: tuple[NamingReport, ...] = ()
    unread: int = 0

    @property
    def shown(self) -> tuple[NamingReport, ...]:
        return tuple(one for one in self.reports if one.account)[:MOST_SHOWN]

    @property
    def others(self) -> tuple[NamingReport, ...]:
        shown = self.shown
        return tuple(one for one in self.reports if one not in shown)

    @property
    def why_not_brief(self) -> str:
        """Return why this item needs the whole examination form, or "" if a brief finding is enough."""
        if any(one.marks for one in self.reports):
            return "A reporter mentions danger, a threat, a weapon, a date or a child."
        return "Not every report about it could be read here." if self.unread else ""


def read(content: ItemContent, desk: UUID, index: SealedIndex | None, ring: Keyring) -> ReportersWords:
    """Return the desk's reports that name an item, with what they say.

    Reports whose processing is restricted are listed and not opened (ADR 76). The item's log says who read this.
    """
    keys = [one.key for one in content.addresses]
    refs = reports_naming(index, keys) if index is not None else ()
    found = {one.id: one for one in reports_of([desk]).filter(id__in=refs[:MOST_LISTED])}
    usable = set(restrictions.usable(Report.objects.filter(id__in=found)).values_list("id", flat=True))
    order = sorted(
        (one for one in refs if one in found), key=lambda one: found[one].urgency != Urgency.DANGER
    )
    wanted = [one for one in order if one in usable][:MOST_OPENED]
    parts = {one.report: one for one in parts_of_sorts(wanted, ("report",))}
    lines = []
    for ref in order:
        report = found[ref]
        line = NamingReport(ref, short_name(ref), received_words(report))
        if ref in parts:
            try:
                opened = open_stored(parts[ref], ring)
            except (CannotOpen, ChangedSinceArrival):
                lines.append(line)
                continue
            text = " ".join(opened.narrative.split())
            text = text if len(text) <= LENGTH else text[: LENGTH - 1] + "…"
            line = NamingReport(
                *(ref, line.short, line.received_words),
                account=text or "No account was given.",
                spoken=opened.spoken,
                marks=tuple(_marks(report, opened.narrative)),
            )
        lines.append(line)
    lines.sort(key=lambda one: not one.marks)
    unread = sum(not one.account for one in lines) + max(0, len(refs) - MOST_LISTED)
    return ReportersWords(tuple(lines), unread)


def _marks(report: Report, narrative: str) -> Iterable[str]:
    if report.urgency == Urgency.DANGER:
        yield "Danger"
    elif report.urgency == Urgency.PLANNED:
        yield "Something is planned"
    elif report.urgency in PAGED:
        yield "Not sure whether anyone is in danger"
    marks = {mark for one in marked_in([narrative]) for mark in one.marks}
    yield from (words for mark, words in MARKS.items() if mark in marks)
