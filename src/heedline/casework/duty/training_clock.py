"""The worker's reminders and alarms about training.

Officers are reminded before a training expires. An alarm is raised for a desk with too few trained
people.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Max

from heedline.casework.access import competences
from heedline.casework.duty import on_call
from heedline.casework.people.training import Need, needs_of
from heedline.desks.models import Appointment, CompletedTraining, Officer
from heedline.dispatch.clocks import slot_of
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import About, Alarm

#: That a desk has too few comes back a day after it was put away, while it lasts. A person is reminded once before each
#: end, with an alarm of their own: one for the whole desk would be standing already when the next one's month begins.
_DAILY = timedelta(days=1)


def _standing() -> tuple[list[Need], dict[UUID, dict[str, date]]]:
    """Return all training requirements, and the expiry dates of each officer's training."""
    needs = needs_of(Appointment.objects.all())
    rows: dict[UUID, list[tuple[str, date, date | None]]] = defaultdict(list)
    for row in CompletedTraining.objects.all():
        rows[row.officer_id].append((row.training, row.completed_on, row.withdrawn_on))
    return needs, {officer: competences.last_days(theirs) for officer, theirs in rows.items()}


def too_few(at: datetime) -> frozenset[UUID]:
    """Return the desks at which too few people hold a required training.

    The pack says how many are enough.
    """
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


def ending(at: datetime) -> dict[tuple[UUID, UUID], date]:
    """Return the officers whose training is about to expire, each with the latest expiry date.

    The keys are (desk, officer). Only training that is still valid and expires within the pack's reminder
    period are included.
    """
    needs, until = _standing()
    ahead = at.date() + timedelta(days=competences.trainings().remind_days)
    found: dict[tuple[UUID, UUID], date] = {}
    for need in needs:
        last = until.get(need.officer_id, {}).get(need.training.code)
        if last is not None and at.date() <= last < ahead:
            for desk, _ in need.desks:
                found[desk, need.officer_id] = max(last, found.get((desk, need.officer_id), last))
    return found


def watch(at: datetime) -> None:
    """Raise alarms for desks with too few trained people and for training about to expire.

    Safe to repeat.
    """
    _raise(AlarmKind.TOO_FEW_TRAINED, {(desk, None): at - _DAILY for desk in too_few(at)}, at)
    begins = timedelta(days=competences.trainings().remind_days)
    _raise(
        AlarmKind.TRAINING_ENDS,
        {
            (desk, officer): datetime.combine(last - begins, time(), UTC)
            for (desk, officer), last in ending(at).items()
        },
        at,
    )


def called(desk: UUID, officer: UUID, at: datetime) -> frozenset[str]:
    """Return the email addresses that receive a training reminder.

    The recipients are the officer whose training is about to expire and the supervisors of their desk.
    """
    theirs = Officer.objects.filter(id=officer, is_active=True)
    return frozenset(theirs.values_list("email", flat=True)) | on_call.supervisors(desk)


def _raise(kind: AlarmKind, about: dict[tuple[UUID, UUID | None], datetime], at: datetime) -> None:
    """Raise an alarm for each (desk, officer) pair in `about`.

    The value of each pair is a time. No alarm is raised if the same alarm was cleared after that time.
    """
    cleared = Alarm.objects.filter(kind=kind, cleared_at__isnull=False)
    last = {
        (desk, person): when
        for desk, person, when in cleared.values_list("desk_id", "about_id").annotate(last=Max("cleared_at"))
    }
    Alarm.objects.bulk_create(
        [
            Alarm(
                kind=kind,
                desk_id=desk,
                about_kind=About.DESK if person is None else About.OFFICER,
                about_id=person,
                slot=slot_of(at),
            )
            for (desk, person), since in sorted(about.items(), key=str)
            if (desk, person) not in last or last[desk, person] <= since
        ],
        ignore_conflicts=True,
    )
