"""Examiners' daily viewing minutes, for the welfare lead. Nothing here identifies an item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Sum

from heedline.audit import journal
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.recording import refusals_logged
from heedline.permits.gate import Refused
from heedline.specialist_desks.material.models import ExaminerDay
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability

#: How long a day is kept, and the days that are shown one by one.
KEPT, SHOWN = timedelta(days=28), timedelta(days=7)


@dataclass(frozen=True)
class ExaminerMinutes:
    """One examiner's viewing minutes, with the number spent on severe items."""

    name: str
    minutes: int
    severe: int
    day: date | None = None


@dataclass(frozen=True)
class ExaminersTime:
    """All examiners' viewing time, for each of the last 7 days and in total for the last 28 days."""

    days: tuple[ExaminerMinutes, ...]
    totals: tuple[ExaminerMinutes, ...]


def add(minutes: int, *, severe: bool, by: Attendance, at: datetime) -> None:
    """Add viewing minutes to the examiner's day, counting them as severe as well if `severe` is true.

    Must be called inside the caller's transaction, which holds the examiner's account.
    """
    if minutes <= 0:
        return
    of_these = minutes if severe else 0
    mine = ExaminerDay.objects.filter(officer_id=by.officer_id, day=at.date())
    if not mine.update(minutes=F("minutes") + minutes, severe=F("severe") + of_these):
        ExaminerDay.objects.create(officer_id=by.officer_id, day=at.date(), minutes=minutes, severe=of_these)


def of_all(*, by: Attendance, at: datetime) -> ExaminersTime:
    """Return each examiner's viewing time, and log that it was read.

    Raises NotHere for everybody who does not look after their welfare.
    """
    try:
        with refusals_logged(MaterialAct.WELFARE_VIEWED, by=by.officer_id):
            by.require(MaterialCapability.SEE_WELFARE)
            journal.record(MaterialAct.WELFARE_VIEWED, actor=by.officer_id)
    except Refused:
        raise NotHere from None
    rows = ExaminerDay.objects.filter(day__gt=at.date() - KEPT)
    days = rows.filter(day__gt=at.date() - SHOWN).order_by("-day", "officer__name")
    totals = (
        rows.values("officer__name")
        .annotate(all_minutes=Sum("minutes"), all_severe=Sum("severe"))
        .order_by("-all_minutes", "officer__name")
    )
    return ExaminersTime(
        tuple(
            ExaminerMinutes(name, minutes, severe, day)
            for name, minutes, severe, day in days.values_list("officer__name", "minutes", "severe", "day")
        ),
        tuple(ExaminerMinutes(one["officer__name"], one["all_minutes"], one["all_severe"]) for one in totals),
    )


def forget(at: datetime) -> None:
    """Delete the days whose retention period has ended. Safe to repeat."""
    ExaminerDay.objects.filter(day__lte=at.date() - KEPT).delete()
