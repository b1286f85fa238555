"""The overseers' view of the log, with filters and counts of bulk, off-duty and refused access.

Overseers cannot open reports. Every view is itself logged before anything is shown, and so is every refusal.
The views show people, actions, desks and reports' short names. They never show a report's text, for which
overseers have no keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate, TruncHour

from heedline.audit import journal
from heedline.audit.acts import Act, desk_acts
from heedline.audit.models import Event
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.recording import refusals_logged
from heedline.casework.report.opening import short_name
from heedline.desks.models import CANARY, Appointment, Desk, Officer, Shift
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused

PAGE = 50
#: A list that is taken out holds at most so many lines: more is what `heedline audit export` is for.
MOST_TAKEN_OUT = 20_000
#: The views that count look back so far.
BACK = timedelta(days=30)
#: So many different reports read by one person within an hour, and not worked on, are unusual.
MANY = 30
#: What somebody who works on a report does with it. Taking it is not enough: anybody can, and release it again.
WORKED_ON = (
    Act.REPORT_ASSESSED,
    Act.REPORT_CLOSED,
    Act.REPORT_SWEPT,
    Act.REPORT_HANDED_OVER,
    Act.REPORT_RETURNED,
    Act.REPORTER_ASKED,
    Act.CLOSED_CHECKED,
)
#: A view belongs to the work that came so long before or after it: a shift.
WORKED_WITHIN = timedelta(hours=12)
_MOST_ROWS = 200
#: Event details that hold an officer's id and are shown as a name.
NAMED = ("officer", "supervisor")
#: What shows somebody a report, or who sent it.
LOOKS = (Act.REPORT_READ, Act.HISTORY_READ, Act.IDENTITY_OPENED, Act.NUMBER_SHOWN)


@dataclass(frozen=True, slots=True)
class Sieve:
    """A filter on log events.

    Days are whole days in the office's time zone, both inclusive. An empty filter matches everything.
    """

    since: date | None = None
    until: date | None = None
    act: str = ""
    desk: UUID | None = None
    officer: UUID | None = None
    report: UUID | None = None
    refused: bool = False
    #: The overseer whose own views of the log are left out.
    without: UUID | None = None

    def detail(self) -> dict[str, str | int | bool | list[str]]:
        """Return the filter's ids, codes and days, to be logged with the view."""
        said: dict[str, str | int | bool | list[str]] = {}
        for name in ("since", "until", "act", "desk", "officer", "report", "without"):
            value = getattr(self, name)
            if value:
                said[name] = str(value)
        return said | ({"refused": True} if self.refused else {})


@dataclass(frozen=True, slots=True)
class LogLine:
    """An event in the log.

    `by` is a name, or "" for the service itself. `report` is the report concerned, if any.
    """

    id: int
    at: datetime
    act: str
    by: str
    officer: UUID | None
    desk: str
    desk_code: str
    report: UUID | None
    refused: bool
    detail: tuple[tuple[str, str], ...]

    @property
    def short(self) -> str:
        """Return the report's short reference, or "" if the event is not about a report."""
        return short_name(self.report) if self.report is not None else ""


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log, newest first.

    `older` is the event after which the next page begins, or None at the end.
    """

    lines: tuple[LogLine, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """The options for filtering the log, each as (id or code, label)."""

    officers: tuple[tuple[str, str], ...]
    desks: tuple[tuple[str, str], ...]
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heap:
    """One officer's log events that match a pattern, with their count and first and last times.

    `act` is empty unless the events are counted for each act.
    """

    officer: UUID
    by: str
    count: int
    first: datetime
    last: datetime
    act: str = ""


def permit(by: Attendance) -> None:
    """Raise Refused unless the officer is an overseer and belongs to no desk that reads reports."""
    by.require(Capability.OVERSEE, None)
    if by.desk_ids:
        raise Refused("You work at a desk that reads reports. An overseer must not.")


def look(view: str, sieve: Sieve, by: Attendance, act: Act = Act.LOG_READ) -> None:
    """Authorise and log a view of the log.

    The transaction ends before anything is read. Raises Refused.
    """
    with refusals_logged(act, by=by.officer_id, thing="log"):
        permit(by)
        journal.record(act, actor=by.officer_id, thing="log", detail={"view": view, **sieve.detail()})


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), office_zone())


def _sieved(sieve: Sieve) -> QuerySet[Event]:
    wanted = Q()
    if sieve.since is not None:
        wanted &= Q(at__gte=_day(sieve.since))
    if sieve.until is not None:
        wanted &= Q(at__lt=_day(sieve.until + timedelta(days=1)))
    if sieve.act:
        wanted &= Q(act=sieve.act)
    if sieve.desk is not None:
        wanted &= Q(desk=sieve.desk)
    if sieve.officer is not None:
        wanted &= Q(actor=sieve.officer)
    if sieve.report is not None:
        wanted &= Q(thing_id=sieve.report)
    if sieve.refused:
        wanted &= Q(outcome="refused")
    if sieve.without is not None:
        wanted &= ~Q(actor=sieve.without, act=Act.LOG_READ, outcome="done")
    return Event.objects.filter(wanted).order_by("-at", "-id")


def log(sieve: Sieve, *, by: Attendance, older: int | None = None) -> LogPage:
    """Return a page of the log, newest first, starting after the event `older`.

    Raises Refused.
    """
    look("log", sieve, by)
    events = _behind(_sieved(sieve), older)
    found = list(events[: PAGE + 1])
    lines = tuple(_lines(found[:PAGE]))
    return LogPage(lines, found[PAGE - 1].id if len(found) > PAGE else None)


def _behind(events: QuerySet[Event], older: int | None) -> QuerySet[Event]:
    last = Event.objects.filter(id=older).first() if older is not None else None
    if last is None:
        return events
    return events.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.id))


def take_out(sieve: Sieve, *, by: Attendance) -> Iterator[LogLine]:
    """Export the filtered log, newest first, up to MOST_TAKEN_OUT lines.

    Raises Refused immediately, before any line is produced.
    """
    look("list", sieve, by, Act.LOG_TAKEN_OUT)
    return _all(sieve)


def _all(sieve: Sieve) -> Iterator[LogLine]:
    older: int | None = None
    for _ in range(MOST_TAKEN_OUT // 1000):
        found = list(_behind(_sieved(sieve), older)[:1000])
        yield from _lines(found)
        if len(found) < 1000:
            return
        older = found[-1].id


def _lines(events: list[Event]) -> Iterator[LogLine]:
    about = {one.detail[key] for one in events for key in NAMED if isinstance(one.detail.get(key), str)}
    people = {one.actor for one in events if one.actor} | about
    names = dict(Officer.objects.filter(id__in=people).values_list("id", "name"))
    told = {str(person): name for person, name in names.items()}
    desks = {
        desk: (code, name)
        for desk, code, name in Desk.objects.filter(
            id__in={one.desk for one in events if one.desk}
        ).values_list("id", "code", "name")
    }
    for one in events:
        code, desk = desks.get(one.desk, ("", "")) if one.desk is not None else ("", "")
        yield LogLine(
            id=one.id,
            at=one.at.astimezone(office_zone()),
            act=one.act,
            by=names.get(one.actor, str(one.actor)) if one.actor is not None else "",
            officer=one.actor,
            desk=desk,
            desk_code=code,
            report=one.thing_id if one.thing == "report" else None,
            refused=one.outcome == "refused",
            detail=tuple(
                (key, told.get(value, value) if key in NAMED else _told(value))
                for key, value in one.detail.items()
            ),
        )


def _told(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def choices(*, by: Attendance) -> Choices:
    """Return the options for filtering the log.

    Raises Refused.
    """
    permit(by)
    nobody = Appointment.objects.filter(desk__kind=CANARY).values("officer")  # the canary is nobody's name
    people = Officer.objects.exclude(id__in=nobody).order_by("name").values_list("id", "name")
    desks = Desk.objects.order_by("name").values_list("id", "name")
    return Choices(
        officers=tuple((str(person), name) for person, name in people),
        desks=tuple((str(desk), name) for desk, name in desks),
        acts=tuple(sorted({*Act, *desk_acts()})),
    )


# --- what should make them ask ---------------------------------------------------------------------------------------


def bulk_reads(*, by: Attendance, at: datetime) -> tuple[Heap, ...]:
    """Return the hours in which one person read at least MANY different reports that they did no work on, latest first.

    Reports that they assessed, closed, handed over or checked in the same shift are a day's work. Raises Refused.
    """
    look("bulk", Sieve(), by)
    worked_on = Event.objects.filter(
        thing_id=OuterRef("thing_id"),
        actor=OuterRef("actor"),
        act__in=WORKED_ON,
        outcome="done",
        at__gte=OuterRef("at") - WORKED_WITHIN,
        at__lte=OuterRef("at") + WORKED_WITHIN,
    )
    heaps = (
        _lately(at)
        .filter(~Exists(worked_on), act=Act.REPORT_READ, outcome="done")
        .annotate(hour=TruncHour("at", tzinfo=office_zone()))
        .values("actor", "hour")
        .annotate(count=Count("thing_id", distinct=True), first=Min("at"), last=Max("at"))
        .filter(count__gte=MANY)
        .order_by("-hour", "-count")
    )
    return _heaps(heaps)


def out_of_hours(*, by: Attendance, at: datetime) -> tuple[Heap, ...]:
    """Return the days on which an officer viewed reports outside their shifts, latest first.

    Raises Refused.
    """
    look("out-of-hours", Sieve(), by)
    there = Shift.objects.filter(
        officer_id=OuterRef("actor"), starts_at__lte=OuterRef("at"), ends_at__gt=OuterRef("at")
    )
    heaps = (
        _lately(at)
        .filter(act__in=LOOKS, outcome="done")
        .filter(~Exists(there))
        .annotate(day=TruncDate("at", tzinfo=office_zone()))
        .values("actor", "day")
        .annotate(count=Count("id"), first=Min("at"), last=Max("at"))
        .order_by("-day", "-count")
    )
    return _heaps(heaps)


def early_numbers(*, by: Attendance, at: datetime) -> tuple[Heap, ...]:
    """Count each officer's views of call-back numbers outside the reporter's safe times.

    The most frequent come first. Raises Refused.
    """
    look("early", Sieve(), by)
    heaps = (
        _lately(at)
        .filter(act=Act.NUMBER_SHOWN, outcome="done", detail__early=True)
        .values("actor")
        .annotate(count=Count("id"), first=Min("at"), last=Max("at"))
        .order_by("-count", "-last")
    )
    return _heaps(heaps)


def refusals(*, by: Attendance, at: datetime) -> tuple[Heap, ...]:
    """Return the number of refusals for each person and action, most frequent first.

    Raises Refused.
    """
    look("refused", Sieve(), by)
    heaps = (
        _lately(at)
        .filter(outcome="refused")
        .values("actor", "act")
        .annotate(count=Count("id"), first=Min("at"), last=Max("at"))
        .order_by("-count", "-last")
    )
    return _heaps(heaps)


def _lately(at: datetime) -> QuerySet[Event]:
    return Event.objects.filter(at__gte=at - BACK, actor__isnull=False)


def _heaps(rows: QuerySet[Event, Any]) -> tuple[Heap, ...]:
    found = list(rows[:_MOST_ROWS])
    names = dict(Officer.objects.filter(id__in={row["actor"] for row in found}).values_list("id", "name"))
    return tuple(
        replace(
            Heap(
                row["actor"],
                names.get(row["actor"], str(row["actor"])),
                row["count"],
                row["first"],
                row["last"],
            ),
            act=row.get("act", ""),
            first=row["first"].astimezone(office_zone()),
            last=row["last"].astimezone(office_zone()),
        )
        for row in found
    )
