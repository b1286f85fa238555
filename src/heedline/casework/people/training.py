"""Training records, entered by a supervisor of the officer's desk or by a steward.

Nobody records their own training. Expiry dates are calculated from the pack each time, so that a changed
interval takes effect at once. The gate checks training (`permits.gate`). Records are shown to the
officer, to those who lead the officer, and to stewards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import competences
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.recording import refusals_logged
from heedline.desks.models import Appointment, CompletedTraining
from heedline.packs.rules.training import Training
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused, allows
from heedline.permits.roles import GRANTS, Role, granted
from heedline.reports.lifecycle import NotNow

NOT_YOURS = "A supervisor of their desk, or a steward, records what somebody else has completed."


class TrainingState(StrEnum):
    """The states of a training requirement, in display order."""

    MISSING = "missing"
    LAPSED = "lapsed"
    SOON = "soon"  # expires within the pack's reminder period
    VALID = "valid"


_ORDER = tuple(TrainingState)


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """A training course required of an officer, with its current state.

    `record` is the row on which its validity rests, so that a mistaken record can be withdrawn.
    """

    officer_id: UUID
    officer: str
    training: str
    name: str
    desks: tuple[str, ...]
    completed_on: date | None
    until: date | None
    state: TrainingState
    record: UUID | None
    recorded_by: str
    mine: bool

    @property
    def counts(self) -> bool:
        """Return whether the training is valid today.

        If it is, the acts that depend on it are allowed.
        """
        return self.state in {TrainingState.SOON, TrainingState.VALID}

    @property
    def soon(self) -> bool:
        """Return whether the training is valid and expires soon."""
        return self.state is TrainingState.SOON


@dataclass(frozen=True, slots=True)
class Need:
    """A training course required of an officer, with the desks that require it."""

    officer_id: UUID
    officer: str
    training: Training
    desks: tuple[tuple[UUID, str], ...]


def needs_of(appointments: QuerySet[Appointment]) -> list[Need]:
    """Return the training that the pack requires for these appointments."""
    found: dict[tuple[UUID, str], Need] = {}
    rows = appointments.filter(ended_on=None, officer__is_active=True, desk__isnull=False)
    for officer, name, role, desk, desk_name, kind in rows.order_by(
        "officer__name", "desk__name"
    ).values_list("officer_id", "officer__name", "role", "desk_id", "desk__name", "desk__kind"):
        for one in competences.trainings().by_code.values():
            if desk is None or kind not in one.desks or not one.capabilities & granted(Role(role)):
                continue
            before = found.get((officer, one.code))
            places = before.desks if before is not None else ()
            if desk not in dict(places):
                found[officer, one.code] = Need(officer, name, one, (*places, (desk, desk_name)))
    return list(found.values())


def _lines(needs: Iterable[Need], by: Attendance, today: date) -> tuple[TrainingLine, ...]:
    needs = list(needs)
    rows = (
        CompletedTraining.objects.filter(officer_id__in={one.officer_id for one in needs}, withdrawn_on=None)
        .select_related("recorded_by")
        .order_by("completed_on", "recorded_on", "id")
    )
    newest = {(row.officer_id, row.training): row for row in rows}
    lines = [_line(need, newest.get((need.officer_id, need.training.code)), by, today) for need in needs]
    return tuple(sorted(lines, key=lambda one: (_ORDER.index(one.state), one.until or today, one.officer)))


def _line(need: Need, row: CompletedTraining | None, by: Attendance, today: date) -> TrainingLine:
    until = need.training.until(row.completed_on) if row is not None else None
    return TrainingLine(
        need.officer_id,
        need.officer,
        need.training.code,
        need.training.name,
        tuple(name for _, name in need.desks),
        row.completed_on if row is not None else None,
        until,
        _state(until, today),
        row.id if row is not None else None,
        row.recorded_by.name if row is not None else "",
        need.officer_id == by.officer_id,
    )


def _state(until: date | None, today: date) -> TrainingState:
    if until is None:
        return TrainingState.MISSING
    if until < today:
        return TrainingState.LAPSED
    soon = until < today + timedelta(days=competences.trainings().remind_days)
    return TrainingState.SOON if soon else TrainingState.VALID


# --- looking ---------------------------------------------------------------------------------------------------------


def mine(*, by: Attendance, at: datetime) -> tuple[TrainingLine, ...]:
    """Return the training that this officer needs, and whether each item is valid."""
    return _lines(needs_of(Appointment.objects.filter(officer_id=by.officer_id)), by, at.date())


def _led(by: Attendance) -> QuerySet[Appointment]:
    """Return the appointments of officers whose training this person may record.

    Supervisors record training at the desks they lead, and stewards record everybody's.
    """
    if allows(by.appointments, Capability.RECORD_TRAINING, [None]):
        return Appointment.objects.all()
    here = [
        desk
        for role, desk in by.appointments
        if desk is not None and Capability.RECORD_TRAINING in GRANTS[Role(role)]
    ]
    return Appointment.objects.filter(desk_id__in=here)


def people(*, by: Attendance, at: datetime) -> tuple[TrainingLine, ...]:
    """Return the training of everybody that this person supervises, missing training first.

    The view is logged. Raises Refused.
    """
    with refusals_logged(Act.TRAININGS_SEEN, by=by.officer_id):
        by.require(Capability.RECORD_TRAINING)
        journal.record(Act.TRAININGS_SEEN, actor=by.officer_id)
        return _lines(needs_of(_led(by)), by, at.date())


# --- recording -------------------------------------------------------------------------------------------------------


def record(
    training: str, completed_on: date, officers: Iterable[UUID], *, by: Attendance, at: datetime
) -> None:
    """Record that these officers completed a training course on a given day.

    Either all records are made or none. Recording the same training twice does nothing. Raises Refused for
    one's own training, and alike for officers whom this person does not lead and for training that they do
    not need. Raises NotNow if the day is in the future, or so long ago that the training would already have
    expired.
    """
    people = frozenset(officers)
    with refusals_logged(Act.TRAINING_RECORDED, by=by.officer_id, thing="officer"):
        needed = {one.officer_id: one for one in needs_of(_led(by)) if one.training.code == training}
        if not people <= needed.keys() or by.officer_id in people or not people:
            raise Refused(NOT_YOURS)
        if completed_on > at.date():
            raise NotNow("The day must be today or in the past.")
        if competences.trainings().by_code[training].until(completed_on) < at.date():
            raise NotNow("The training was completed too long ago to be valid today.")
        there = CompletedTraining.objects.filter(
            officer_id__in=people, training=training, completed_on=completed_on, withdrawn_on=None
        )
        new = sorted(people - set(there.values_list("officer_id", flat=True)))
        CompletedTraining.objects.bulk_create(
            [
                CompletedTraining(
                    officer_id=officer,
                    training=training,
                    completed_on=completed_on,
                    recorded_by_id=by.officer_id,
                    recorded_on=at.date(),
                )
                for officer in new
            ],
            ignore_conflicts=True,
        )
        for officer in new:
            _log(Act.TRAINING_RECORDED, officer, training, by)


def withdraw(row: UUID, *, by: Attendance, at: datetime) -> None:
    """Withdraw a training record that was entered by mistake.

    The record does not count from today on. Raises NotHere for a record that this person could not have
    made, such as their own or one needed only at other people's desks.
    """
    with transaction.atomic():
        found = (
            CompletedTraining.objects.select_for_update(of=("self",))
            .filter(pk=row, withdrawn_on=None)
            .exclude(officer_id=by.officer_id)
            .first()
        )
        theirs = {(one.officer_id, one.training.code) for one in needs_of(_led(by))}
        if found is not None and (found.officer_id, found.training) in theirs:
            found.withdrawn_by_id, found.withdrawn_on = by.officer_id, at.date()
            found.save(update_fields=["withdrawn_by", "withdrawn_on"])
            _log(Act.TRAINING_WITHDRAWN, found.officer_id, found.training, by)
            return
    journal.record(Act.TRAINING_WITHDRAWN, actor=by.officer_id, thing="officer", refused=True)
    raise NotHere


def _log(act: Act, officer: UUID, training: str, by: Attendance) -> None:
    journal.record(act, actor=by.officer_id, thing="officer", thing_id=officer, detail={"training": training})
