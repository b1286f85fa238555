"""Weekly drop-off figures for the public site's pages, shown to stewards.

The figures are counts of pages, by question and week. Small numbers are suppressed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Sum

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.intake.disclosure_control import Figure, Passage, figure, passage
from heedline.casework.intake.page_counts import ANYWHERE, BEFORE, BRIEF
from heedline.casework.recording import refusals_logged
from heedline.intake.models import Count
from heedline.intake.question_files import load_question_set
from heedline.intake.questions import StepKind
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability

_WEEK = timedelta(days=7)
#: How far back the page leads.
MOST_WEEKS = 104


@dataclass(frozen=True)
class Mistake:
    """The count of one kind of input error on a page, identified by its error code."""

    code: str
    figure: Figure


@dataclass(frozen=True)
class DropOffLine:
    """The figures for one page of the public site.

    `passage` is None if the figures cannot be shown. In that case `note` gives the reason.
    """

    step: str
    title: str
    passage: Passage | None
    entered: Figure | None
    sent: Figure | None
    exits: Figure
    mistakes: tuple[Mistake, ...]
    note: str


@dataclass(frozen=True)
class KindLines:
    """The pages for one kind of report, in the order in which they are shown."""

    kind: str
    kind_words: str
    lines: tuple[DropOffLine, ...]
    expired: Figure


@dataclass(frozen=True)
class DropOff:
    """The figures for one week, from Monday to Sunday."""

    monday: date
    sunday: date
    kinds: tuple[KindLines, ...]
    expired: Figure
    earlier: date | None
    later: date | None

    @property
    def empty(self) -> bool:
        return not self.kinds


def monday_of(day: date) -> date:
    """Return the Monday of the week that contains `day`."""
    return day - timedelta(days=day.weekday())


def drop_off(week: date, *, by: Attendance, at: datetime, as_file: bool = False) -> DropOff:
    """Return the figures for the week that contains the given day.

    Logged as a view, or as a download if `as_file` is true. Raises Refused.
    """
    monday, this = monday_of(week), monday_of(at.date())
    monday = max(min(monday, this), this - MOST_WEEKS * _WEEK)
    with refusals_logged(Act.FIGURES_READ, by=by.officer_id):
        by.require(Capability.SEE_FIGURES, None)
        journal.record(
            Act.FIGURES_READ, actor=by.officer_id, detail={"week": monday.isoformat(), "file": as_file}
        )
    began = datetime.combine(monday, time(), UTC)
    rows = Count.objects.filter(hour__gte=began, hour__lt=began + _WEEK).values_list("kind", "step", "what")
    counted: Counter[tuple[str, str, str]] = Counter(
        {row[:3]: row[3] for row in rows.annotate(n=Sum("number"))}
    )
    pack = load_pack(settings.PACK)
    there = {kind for kind, _, _ in counted}
    return DropOff(
        monday=monday,
        sunday=monday + timedelta(days=6),
        kinds=tuple(_of_kind(kind, counted) for kind in pack.kinds if kind in there),
        expired=figure(counted[ANYWHERE, ANYWHERE, "expired"]),
        earlier=monday - _WEEK if monday > this - MOST_WEEKS * _WEEK else None,
        later=monday + _WEEK if monday < this else None,
    )


def _of_kind(kind: str, counted: Counter[tuple[str, str, str]]) -> KindLines:
    pack = load_pack(settings.PACK)
    lines = [_line(kind, BEFORE, "Before you start", counted)]
    for step in load_question_set(pack, kind).steps:
        if step.private:
            note = "Not counted: it would tell how many give their name."
            lines.append(DropOffLine(step.slug, step.title, None, None, None, figure(0), (), note))
        elif step.kind is StepKind.LOOP:
            lines.append(_line(kind, step.slug, step.title, counted, whole=False))
        elif step.kind is StepKind.CHECK:
            lines.append(_line(kind, step.slug, step.title, counted, sends=True))
        else:
            lines.append(_line(kind, step.slug, step.title, counted))
    lines.append(_line(kind, BRIEF, "One box, for who cannot call", counted, sends=True))
    return KindLines(kind, pack.kinds[kind].name, tuple(lines), figure(counted[kind, ANYWHERE, "expired"]))


def _line(
    kind: str,
    step: str,
    title: str,
    counted: Counter[tuple[str, str, str]],
    *,
    whole: bool = True,
    sends: bool = False,
) -> DropOffLine:
    entered = counted[kind, step, "entered"]
    onward = counted[kind, step, "sent" if sends else "continued"]
    mistakes = {
        what.removeprefix("error:"): number
        for (of, at, what), number in counted.items()
        if (of, at) == (kind, step) and what.startswith("error:")
    }
    return DropOffLine(
        step=step,
        title=title,
        passage=passage(entered, onward) if whole else None,
        entered=figure(entered),
        sent=passage(entered, onward).continued if sends else None,
        exits=figure(counted[kind, step, "exit"]),
        mistakes=tuple(Mistake(code, figure(number)) for code, number in sorted(mistakes.items())),
        note="" if whole else "A list that can be passed by a link: who went on is not counted.",
    )
