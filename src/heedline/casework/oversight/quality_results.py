"""The results of dip sampling over time, as counts by week and by question.

Individual officers are never counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.oversight.dip_sampling import AGREE, DISAGREE, checked_desks
from heedline.permits.scopes import reports_of
from heedline.reports.models.dip_checks import DipCheck, last_week
from heedline.reports.quality_questions import QUESTIONS, from_codes

#: How many weeks are shown, and how many of them count as recent.
WEEKS, RECENT = 12, 4


@dataclass(frozen=True, slots=True)
class QualityWeek:
    """A desk's dip sampling results for one week."""

    week: date
    desk_name: str
    drawn: int
    read: int
    agreed: int
    disagreed: int
    put_right: int


@dataclass(frozen=True, slots=True)
class QualityCount:
    """Counts of the yes and no answers to a question, in recent weeks and in all weeks shown."""

    words: str
    recent_yes: int
    recent_no: int
    yes: int
    no: int


@dataclass(frozen=True, slots=True)
class QualityResults:
    """The results of dip sampling in recent weeks, newest first."""

    weeks: tuple[QualityWeek, ...]
    questions: tuple[QualityCount, ...]


def results(*, by: Attendance, at: datetime) -> QualityResults:
    """Return the dip sampling results of the desks whose closed reports this person reviews.

    Raises Refused.
    """
    desks = checked_desks(by)
    newest = last_week(at.astimezone(office_zone()).date())
    first, recent = (newest - timedelta(weeks=number - 1) for number in (WEEKS, RECENT))
    rows = list(
        DipCheck.objects.filter(week__gte=first, desk__in=desks, report__in=reports_of(desks).values("id"))
        .select_related("desk")
        .order_by("-week", "desk__name")
    )
    groups: dict[tuple[date, str], list[DipCheck]] = {}
    for row in rows:
        groups.setdefault((row.week, row.desk.name), []).append(row)
    return QualityResults(
        tuple(_week(week, desk, some) for (week, desk), some in groups.items()), _questions(rows, recent)
    )


def _week(week: date, desk: str, rows: Sequence[DipCheck]) -> QualityWeek:
    verdicts = Counter(row.verdict for row in rows)
    return QualityWeek(
        week,
        desk,
        len(rows),
        verdicts[AGREE] + verdicts[DISAGREE],
        verdicts[AGREE],
        verdicts[DISAGREE],
        sum(row.remedied_on is not None for row in rows),
    )


def _questions(rows: Iterable[DipCheck], recent: date) -> tuple[QualityCount, ...]:
    every, lately = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in rows:
        given = from_codes(row.answers).items()
        every.update(given)
        if row.week >= recent:
            lately.update(given)
    return tuple(
        QualityCount(
            one.words,
            lately[one.code, "yes"],
            lately[one.code, "no"],
            every[one.code, "yes"],
            every[one.code, "no"],
        )
        for one in QUESTIONS
    )
