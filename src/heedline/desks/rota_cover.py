"""The hours that a desk has to cover, the officers planned for them, and the gaps.

Who can open a desk's reports is a question about keys. Callers answer it and pass `openers`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol
from uuid import UUID

from django.db.models import F, QuerySet

from heedline.desks.models import Desk, PatternSlot, Shift
from heedline.desks.rota_weeks import GapKind, RotaGap, RotaSpan, common, gaps, span_of

#: How far ahead gaps are shown.
LOOK_AHEAD = timedelta(days=14)


class CoveredDesk(Protocol):
    """Protocol for a desk's id and round-the-clock flag, met by its row and a signed-in officer's desks."""

    @property
    def id(self) -> UUID: ...

    @property
    def round_the_clock(self) -> bool: ...


def planned_shifts(desk: UUID, within: RotaSpan) -> QuerySet[Shift]:
    """Return the shifts of a desk that overlap a span, in order.

    Cancelled shifts are left out, and so are those of officers who cannot sign in.
    """
    return _shifts_of([desk], within)


def _shifts_of(desks: Iterable[UUID], within: RotaSpan) -> QuerySet[Shift]:
    return (
        Shift.objects.filter(
            desk__in=list(desks),
            starts_at__lt=within.ends,
            ends_at__gt=within.starts,
            officer__is_active=True,
        )
        .filter(ends_at__gt=F("starts_at"))
        .order_by("starts_at", "officer__name")
    )


def pattern_spans(slot: PatternSlot, days: Iterable[date], zone: tzinfo) -> list[RotaSpan]:
    """Return the hours of a weekly-pattern line on each of `days` that falls on its weekday."""
    return [span_of(day, slot.begins, slot.ends, zone) for day in days if day.weekday() == slot.weekday]


def required_hours(desk: Desk, within: RotaSpan, zone: tzinfo) -> list[RotaSpan]:
    """Return the hours inside a span that a desk has to cover.

    A round-the-clock desk covers every hour. Other desks cover the hours of their weekly pattern.
    """
    return _hours(desk, () if desk.round_the_clock else PatternSlot.objects.filter(desk=desk), within, zone)


def _hours(desk: CoveredDesk, slots: Iterable[PatternSlot], within: RotaSpan, zone: tzinfo) -> list[RotaSpan]:
    if desk.round_the_clock:
        return [within]
    first = within.starts.astimezone(zone).date() - timedelta(
        days=1
    )  # a night shift may have begun the day before
    last = within.ends.astimezone(zone).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return common([within], [span for slot in slots for span in pattern_spans(slot, days, zone)])


def gaps_of(desk: Desk, within: RotaSpan, *, openers: Collection[UUID], zone: tzinfo) -> list[RotaGap]:
    """Return the gaps in a desk's rota within a span, in time order."""
    return gaps_at([desk], within, openers={desk.id: openers}, zone=zone).get(desk.id, [])


def gaps_at(
    desks: Sequence[CoveredDesk], within: RotaSpan, *, openers: Mapping[UUID, Collection[UUID]], zone: tzinfo
) -> dict[UUID, list[RotaGap]]:
    """Return each desk's rota gaps within a span, in time order. Desks without hours to cover are left out.

    Uses two queries whatever the number of desks. `openers` are the officers who can open each desk's reports.
    """
    slots, shifts = defaultdict[UUID, list[PatternSlot]](list), defaultdict[UUID, list[Shift]](list)
    for slot in PatternSlot.objects.filter(desk__in=[one.id for one in desks if not one.round_the_clock]):
        slots[slot.desk_id].append(slot)
    for shift in _shifts_of([one.id for one in desks], within):
        shifts[shift.desk_id].append(shift)
    hours = {desk.id: _hours(desk, slots[desk.id], within, zone) for desk in desks}
    return {
        desk.id: gaps(
            hours[desk.id],
            [RotaSpan(one.starts_at, one.ends_at) for one in shifts[desk.id]],
            [
                RotaSpan(one.starts_at, one.ends_at)
                for one in shifts[desk.id]
                if one.officer_id in openers[desk.id]
            ],
        )
        for desk in desks
        if hours[desk.id]
    }


def nobody_to_open(found: Iterable[RotaGap], at: datetime) -> bool:
    """Return whether the desk has officers on shift at `at`, none of whom can open its reports."""
    return any(gap.kind is GapKind.NO_OPENER and gap.span.starts <= at < gap.span.ends for gap in found)
