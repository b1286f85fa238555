"""Sessions of support: planned with consent, held only with the provider's signed report, and late if too few are held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F, Max, QuerySet

from heedline.casework.access.session import Attendance
from heedline.casework.dissemination.signed_answers import SessionReport, signed_reports
from heedline.casework.duty.paging import raise_missing
from heedline.casework.records import desk_parts, record
from heedline.casework.report import notes
from heedline.dispatch.models import Alarm
from heedline.packs.rules.working_days import Within
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, RecordStep
from heedline.specialist_desks.safeguarding import consent, joined_reports
from heedline.specialist_desks.safeguarding.content import SupportCase
from heedline.specialist_desks.safeguarding.kind import KIND, SESSION_KIND
from heedline.specialist_desks.safeguarding.vocabulary import (
    SafeguardingAct,
    SafeguardingAlarm,
    SafeguardingCapability,
)

#: The most sessions planned at once, and the weeks between two of them.
MOST: Final = 20
EVERY: Final = (1, 2, 4)
#: The time in which a provider reports a session, after its day.
_REPORTED_WITHIN: Final = Within(working_days=2)
#: How many sessions fewer than planned, or how long without any, make a plan late.
_TOO_FEW: Final = 2
_TOO_LONG: Final = timedelta(days=28)
NO_CONSENT: Final = "Record consent to support first. No session is held before that."
NOT_IN_PLAN: Final = "Sessions can be planned only while the case is in its support plan."
TOO_FEW: Final = (
    "Two or more sessions were not held, or not reported in time, and no other day has been planned for them."
)
TOO_LONG: Final = "No session has been held for 28 days."
PAST: Final = "Enter the day of the first session, today or later."
SAY_WHY: Final = "Say why in a sentence that a colleague can understand."
_HELD: Final = "held"


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session as the page of its case lists it. `day` is "" if it cannot be opened."""

    ref: UUID
    day: str
    state: str


def plan(case: UUID, first: date, many: int, weeks: int, *, by: Attendance, at: datetime) -> None:
    """Plan sessions of a case: so many, from this day on, every so many weeks.

    Raises NotHere, Refused, Locked, and NotNow without consent or a support plan, or for a day that is past.
    """
    if first < at.date():
        raise NotNow(PAST, about="first")
    if not 0 < many <= MOST or weeks not in EVERY:
        raise ValueError("a number that the form does not offer")
    _plan(case, [first + timedelta(weeks=weeks * one) for one in range(many)], by=by, at=at)


@record.record_verb(SafeguardingAct.SESSION_MOVED)
def _plan(ref: UUID, days: list[date], *, by: Attendance, at: datetime) -> None:
    found = record.find(KIND, ref, by=by, at=at)
    found.permit(SafeguardingCapability.WORK)
    case = SupportCase.of_words(found.words)
    if found.row.state != "plan":
        raise NotNow(NOT_IN_PLAN)
    if not consent.holds(case):
        raise NotNow(NO_CONSENT)
    for day in days:
        noon = datetime.combine(day, time(12), at.tzinfo)
        made = record.begin(
            SESSION_KIND,
            found.row.desk_id,
            {"on": day.isoformat()},
            capability=SafeguardingCapability.WORK,
            due_at=record.allowed_in(_REPORTED_WITHIN, case.regime.calendar, noon),
            parent=ref,
            by=by,
            at=at,
        )
        made.record(SafeguardingAct.SESSION_MOVED, move="begin")


@record.record_verb(SafeguardingAct.SESSION_MOVED)
def take_reports(ref: UUID, *, by: Attendance, at: datetime) -> int:
    """Record what the provider has signed about planned sessions of a case, and return about how many.

    A report counts for the session that is planned on its day. Raises NotHere, Refused, Locked, and NotNow without consent.
    """
    found = record.find(KIND, ref, by=by, at=at)
    found.permit(SafeguardingCapability.WORK)
    case = SupportCase.of_words(found.words)
    if not consent.holds(case):
        raise NotNow(NO_CONSENT)
    told = {one.on.isoformat(): one for one in reports_of(ref, case, by=by)}
    taken = 0
    for row in _rows(ref).filter(state=SESSION_KIND.first).order_by("due_at", "id"):
        one = record.find(SESSION_KIND, row.id, by=by, at=at)
        if (said := told.pop(str(one.words["on"]), None)) is not None:
            how = "hold" if said.code == _HELD else "miss"
            one.move(how, reason=f"{said.words}. Signed by {said.signed}")
            one.record(SafeguardingAct.SESSION_MOVED, move=how)
            taken += 1
    return taken


@record.record_verb(SafeguardingAct.SESSION_MOVED)
def move(ref: UUID, how: str, reason: str, *, version: int, by: Attendance, at: datetime) -> None:
    """Record that a session was not held, or that another day supersedes it, with a reason. Nobody records here that it was held.

    Raises NotHere, Refused, Changed, Locked and NotNow.
    """
    found = record.find(SESSION_KIND, ref, by=by, at=at, version=version)
    found.permit(SafeguardingCapability.WORK)
    if how not in ("miss", "supersede"):
        raise ValueError("only a provider's report says that a session was held")
    if notes.says_too_little(reason):
        raise NotNow(SAY_WHY, about="reason")
    found.move(how, reason=reason)
    found.record(SafeguardingAct.SESSION_MOVED, move=how)


def reports_of(ref: UUID, case: SupportCase, *, by: Attendance) -> tuple[SessionReport, ...]:
    """Return the provider's signed reports of sessions of a case, the oldest first. Raises Locked."""
    reports = joined_reports.reports_of_case(ref, case, by=by)
    return signed_reports([UUID(one) for one in reports], by=by)


def of_case(case: UUID, *, by: Attendance) -> tuple[SessionLine, ...]:
    """Return the sessions of a case, the earliest first. Raises Locked."""
    rows = list(_rows(case).filter(desk__in=by.desk_ids))
    texts = desk_parts.opened([one.container for one in rows], by.keys())
    found = [SessionLine(one.id, texts.get(one.container, {}).get("on", ""), one.state) for one in rows]
    return tuple(sorted(found, key=lambda one: (one.day, str(one.ref))))


def case_of(session: UUID, *, by: Attendance) -> UUID:
    """Return the case of a session at the officer's desks."""
    row = DeskRecord.objects.get(
        id=session, kind=SESSION_KIND.code, desk__in=by.desk_ids, parent__isnull=False
    )
    return UUID(str(row.parent_id))


def _rows(case: UUID) -> QuerySet[DeskRecord]:
    return DeskRecord.objects.filter(parent=case, kind=SESSION_KIND.code)


def why_late(cases: Collection[UUID], at: datetime) -> dict[UUID, str]:
    """Return the reason why the sessions of these cases are late, for those that are. Reads only what is in the clear."""
    rows = DeskRecord.objects.filter(parent__in=cases, kind=SESSION_KIND.code)
    open_late = Counter(rows.filter(due_at__lt=at).values_list("parent_id", flat=True))
    missed = Counter(rows.filter(state="not-held").values_list("parent_id", flat=True)) + open_late
    held = RecordStep.objects.filter(
        record__parent__in=cases, record__kind=SESSION_KIND.code, to_state="held"
    )
    last = dict(held.values_list("record__parent_id").annotate(Max("at")))
    begun = RecordStep.objects.filter(record__in=cases, to_state="plan").exclude(from_state=F("to_state"))
    since = dict(begun.values_list("record_id").annotate(Max("at")))
    found = {}
    for case in cases:
        if missed[case] >= _TOO_FEW:
            found[case] = TOO_FEW
        elif max(last.get(case, since.get(case, at)), since.get(case, at)) < at - _TOO_LONG:
            found[case] = TOO_LONG
    return found


def are_late(alarm: Alarm, at: datetime) -> bool:
    """Return whether the sessions of the alarm's case are still late, and the case still in its support plan."""
    if alarm.about_id is None:
        return False
    cases = list(_in_plan().filter(id=alarm.about_id).values_list("id", flat=True))
    return bool(why_late(cases, at))


def watch(at: datetime) -> None:
    """Raise an alarm for each case in its support plan whose sessions are late. Safe to repeat."""
    cases = dict(_in_plan().values_list("id", "desk_id"))
    raise_missing(
        SafeguardingAlarm.SESSIONS_LATE, at, [(cases[one], one) for one in why_late(list(cases), at)]
    )


def _in_plan() -> QuerySet[DeskRecord]:
    return DeskRecord.objects.filter(kind=KIND.code, state="plan")
