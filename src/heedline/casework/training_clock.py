"""The worker's half of trainings: who is reminded before one runs out, and which desk has too few that count."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max

from heedline.casework import competences, on_call
from heedline.casework.training import Need, needs_of
from heedline.desks.models import Appointment, CompletedTraining, Officer
from heedline.dispatch.clocks import slot_of
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm

#: Put away, an alarm comes back after this while its cause lasts: a desk thinks of it each day, a reminder each week.
_AGAIN = {AlarmKind.TOO_FEW_TRAINED: timedelta(days=1), AlarmKind.TRAINING_ENDS: timedelta(days=7)}


def _standing() -> tuple[list[Need], dict[UUID, dict[str, date]]]:
    """Who needs what, and the last days of what they have."""
    needs = needs_of(Appointment.objects.all())
    rows: dict[UUID, list[tuple[str, date, date | None]]] = defaultdict(list)
    for row in CompletedTraining.objects.all():
        rows[row.officer_id].append((row.training, row.completed_on, row.withdrawn_on))
    return needs, {officer: competences.last_days(theirs) for officer, theirs in rows.items()}


def too_few(at: datetime) -> frozenset[UUID]:
    """Desks where a training that somebody there needs counts for fewer people than the pack calls enough."""
    needs, until = _standing()
    counts: dict[tuple[UUID, str], int] = {}
    enough: dict[str, int] = {}
    for need in needs:
        last = until.get(need.officer_id, {}).get(need.training.code)
        enough[need.training.code] = need.training.enough
        for desk, _ in need.desks:
            counts.setdefault((desk, need.training.code), 0)
            counts[desk, need.training.code] += last is not None and last >= at.date()
    return frozenset(desk for (desk, code), number in counts.items() if number < enough[code])


def ending(at: datetime) -> dict[UUID, frozenset[UUID]]:
    """By desk: whose trainings run out within the days of the pack and still count."""
    needs, until = _standing()
    ahead = at.date() + timedelta(days=competences.trainings().remind_days)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for need in needs:
        last = until.get(need.officer_id, {}).get(need.training.code)
        if last is not None and at.date() <= last < ahead:
            for desk, _ in need.desks:
                found[desk].add(need.officer_id)
    return {desk: frozenset(people) for desk, people in found.items()}


def watch(at: datetime) -> None:
    """Raise alarms for desks with too few, and the reminders before trainings run out. Safe to repeat."""
    _raise(AlarmKind.TOO_FEW_TRAINED, too_few(at), at)
    _raise(AlarmKind.TRAINING_ENDS, frozenset(ending(at)), at)


def called(desk: UUID, at: datetime) -> frozenset[str]:
    """E-mail addresses of whom a reminder calls: those whose training runs out, and the supervisors of their desk."""
    theirs = Officer.objects.filter(id__in=ending(at).get(desk, frozenset()), is_active=True)
    return frozenset(theirs.values_list("email", flat=True)) | on_call.supervisors(desk)


def _raise(kind: AlarmKind, desks: frozenset[UUID], at: datetime) -> None:
    cleared = Alarm.objects.filter(kind=kind, desk_id__in=desks, cleared_at__isnull=False)
    last = dict(cleared.values_list("desk_id").annotate(last=Max("cleared_at")))
    Alarm.objects.bulk_create(
        [
            Alarm(kind=kind, desk_id=desk, slot=slot_of(at))
            for desk in sorted(desks)
            if desk not in last or last[desk] + _AGAIN[kind] <= at
        ],
        ignore_conflicts=True,
    )
