"""Examiners' breaks, viewing time and opt-outs by category."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from heedline.casework.access.personal_records import open_own, seal_own
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.errors import CannotOpen
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.examination import examiner_days
from heedline.specialist_desks.material.examination.exposure import Exposure
from heedline.specialist_desks.material.examination.law import load_law
from heedline.specialist_desks.material.items.found_item import my_desk
from heedline.specialist_desks.material.models import ExaminerAccount

ENOUGH = "You have looked at items for as long as one day allows. Tomorrow they are open to you again."
OPTED_OUT = "You have chosen not to be shown items of this kind. Leave it to a colleague."


class OnBreak(NotNow):
    """Raised when an examiner may not view items now. The message tells the examiner why."""


@dataclass(frozen=True)
class MyWelfare:
    """An examiner's own viewing time, breaks and opt-outs."""

    minutes: int
    since_break: int
    break_words: str
    opted_out: frozenset[str]


def look(shown: Iterable[str] = (), *, by: Attendance, at: datetime) -> None:
    """Count a view of an item that may show these categories.

    The minutes since the last view count as spent with the item viewed then. After a pause, one minute counts for this
    item.

    Raises OnBreak during a break, when one is due, and when the day's time is used up. Must be called before anything
    of the item is shown.
    """
    with transaction.atomic():
        row = _mine(by, at)
        before = _exposure(row)
        if before.on_break(at):
            raise OnBreak(_until(before))
        if before.spent_for_today(at):
            raise OnBreak(ENOUGH)
        severe = not load_law(settings.PACK).severe.isdisjoint(shown)
        after = replace(before.looked(at), last_severe=severe)
        resting = after.is_due()
        if resting:
            after = after.with_break(at)
        _store(row, after)
        spent_on_severe = before.last_severe if before.is_with_last(at) else severe
        examiner_days.add(before.minutes_until(after), severe=spent_on_severe, by=by, at=at)
    if resting:
        raise OnBreak(_until(after))


def take_break(*, by: Attendance, at: datetime) -> None:
    """Start a break without giving a reason. Raise NotHere for an officer of another desk."""
    my_desk(by)
    with transaction.atomic():
        row = _mine(by, at)
        _store(row, _exposure(row).with_break(at))


def opt_out(categories: Sequence[str], *, by: Attendance, at: datetime) -> None:
    """Save the categories that the examiner opts out of. Raise NotHere or Locked."""
    my_desk(by)
    known = load_law(settings.PACK).categories
    with transaction.atomic():
        row = _mine(by, at)
        row.opted_out = seal_own(by, row.id, {"categories": [one for one in categories if one in known]})
        row.save(update_fields=["opted_out"])


def opted_out(*, by: Attendance) -> frozenset[str]:
    """Return the categories that the examiner has opted out of. Raise Locked if their keys are locked."""
    row = ExaminerAccount.objects.filter(officer_id=by.officer_id).first()
    if row is None or row.opted_out is None:
        return frozenset()
    try:
        return frozenset(open_own(by, row.id, bytes(row.opted_out))["categories"])
    except CannotOpen:  # sealed to a seed that they no longer have: they choose again
        return frozenset()


def mine(*, by: Attendance, at: datetime) -> MyWelfare:
    """Return the examiner's own viewing figures. Raise NotHere or Locked."""
    my_desk(by)
    row = ExaminerAccount.objects.filter(officer_id=by.officer_id).first()
    now = _exposure(row).on(at.date()) if row is not None else Exposure(at.date())
    return MyWelfare(now.minutes, now.since_break, _until(now) if now.on_break(at) else "", opted_out(by=by))


def _mine(by: Attendance, at: datetime) -> ExaminerAccount:
    ExaminerAccount.objects.get_or_create(officer_id=by.officer_id, defaults={"day": at.date()})
    return ExaminerAccount.objects.select_for_update(of=("self",)).get(officer_id=by.officer_id)


def _exposure(row: ExaminerAccount) -> Exposure:
    return Exposure(row.day, row.minutes, row.since_break, row.last_at, row.break_until, row.last_severe)


def _store(row: ExaminerAccount, now: Exposure) -> None:
    row.day, row.minutes, row.since_break = now.day, now.minutes, now.since_break
    row.last_at, row.break_until, row.last_severe = now.last_at, now.break_until, now.last_severe
    row.save(update_fields=["day", "minutes", "since_break", "last_at", "break_until", "last_severe"])


def _until(now: Exposure) -> str:
    if now.break_until is None:
        return ""
    return f"You are on a break until {now.break_until.astimezone(office_zone()):%H:%M}. Items are open to you again then."
