"""Clock arithmetic for duty rotas, with wall-clock hours, spans of time and gaps.

This is plain Python that uses no Django and reads no clock. A rota is planned by the clock on the wall of the desk.
Hours are stored in UTC. On the night on which the clocks change, a shift from 22:00 to 06:00 is therefore an hour
longer or shorter than on other nights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

#: Minutes in a day by the clock on the wall.
DAY_MINUTES = 24 * 60


class GapKind(StrEnum):
    """The reason why part of a rota is not covered."""

    NOBODY = "nobody"
    NO_OPENER = "no-opener"  # somebody is on the rota, but nobody who can open the desk's reports


@dataclass(frozen=True, slots=True, order=True)
class RotaSpan:
    """A span of time from `starts` up to, and not including, `ends`, both in UTC."""

    starts: datetime
    ends: datetime

    def overlaps(self, other: RotaSpan) -> bool:
        """Return whether the two spans overlap."""
        return self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True, slots=True)
class RotaGap:
    """A period in which a rota has no officer on shift, or none who can open reports."""

    span: RotaSpan
    kind: GapKind


def moment(day: date, minute: int, zone: tzinfo) -> datetime:
    """Return the UTC time at which the wall clock in `zone` shows this minute of this day.

    `minute` counts from midnight, and 1440 is the midnight at the end of the day. A time that is skipped when the
    clocks go forward is the moment at which they go forward. A time that occurs twice when they go back is its first
    occurrence. Later times of day are therefore never earlier moments.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    skipped = wall.replace(tzinfo=zone, fold=1).astimezone(
        UTC
    )  # before the clocks change, as `first` is after
    before, after = sorted((skipped, first))
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        before, after = (
            (middle, after) if middle.astimezone(zone).replace(tzinfo=None) < wall else (before, middle)
        )
    return after.replace(second=0, microsecond=0)


def span_of(day: date, begins: int, ends: int, zone: tzinfo) -> RotaSpan:
    """Return the span from one minute of a day to another.

    If `ends` is not after `begins`, it is on the next day.
    """
    last = day if ends > begins else day + timedelta(days=1)
    return RotaSpan(moment(day, begins, zone), moment(last, ends, zone))


def lasts(span: RotaSpan, zone: tzinfo) -> timedelta:
    """Return the wall-clock duration of a span in `zone`.

    A night shift from 18:00 to 10:00 is 16 hours long on every night, also on those on which the clocks change.
    """
    starts, ends = (moment.astimezone(zone).replace(tzinfo=None) for moment in (span.starts, span.ends))
    return ends - starts


def monday_of(day: date) -> date:
    """Return the Monday of the week that contains this day."""
    return day - timedelta(days=day.weekday())


def same_hours(span: RotaSpan, days: int, zone: tzinfo) -> RotaSpan:
    """Return the span with the same times of day, `days` calendar days later in `zone`."""
    starts, ends = span.starts.astimezone(zone), span.ends.astimezone(zone)
    later = timedelta(days=days)
    return RotaSpan(
        moment(starts.date() + later, _minute(starts), zone), moment(ends.date() + later, _minute(ends), zone)
    )


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute


def joined(spans: Iterable[RotaSpan]) -> list[RotaSpan]:
    """Return the spans in order, merging those that meet or overlap and dropping empty ones."""
    found: list[RotaSpan] = []
    for one in sorted(spans):
        if one.starts >= one.ends:
            continue
        if found and one.starts <= found[-1].ends:
            found[-1] = RotaSpan(found[-1].starts, max(found[-1].ends, one.ends))
        else:
            found.append(one)
    return found


def common(spans: Iterable[RotaSpan], others: Iterable[RotaSpan]) -> list[RotaSpan]:
    """Return the periods that are in both `spans` and `others`."""
    theirs = joined(others)
    return joined(
        RotaSpan(max(one.starts, other.starts), min(one.ends, other.ends))
        for one in joined(spans)
        for other in theirs
        if one.overlaps(other)
    )


def without(spans: Iterable[RotaSpan], covered: Iterable[RotaSpan]) -> list[RotaSpan]:
    """Return the periods that are in `spans` but not in `covered`."""
    theirs = joined(covered)
    return [rest for one in joined(spans) for rest in _rest(one, theirs)]


def _rest(one: RotaSpan, covered: list[RotaSpan]) -> Iterator[RotaSpan]:
    starts = one.starts
    for other in covered:
        if not one.overlaps(other):
            continue
        if starts < other.starts:
            yield RotaSpan(starts, other.starts)
        starts = max(starts, other.ends)
    if starts < one.ends:
        yield RotaSpan(starts, one.ends)


def gaps(
    required: Iterable[RotaSpan], shifts: Iterable[RotaSpan], openers: Iterable[RotaSpan]
) -> list[RotaGap]:
    """Return the gaps in a rota, in order.

    `required` are the hours that the desk covers, `shifts` all shifts, and `openers` those of officers who can open
    the desk's reports.
    """
    wanted, planned = joined(required), joined(shifts)
    nobody = (RotaGap(one, GapKind.NOBODY) for one in without(wanted, planned))
    no_opener = (RotaGap(one, GapKind.NO_OPENER) for one in without(common(wanted, planned), joined(openers)))
    return sorted((*nobody, *no_opener), key=lambda gap: (gap.span, gap.kind))
