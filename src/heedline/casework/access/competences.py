"""Derives a person's competence for one day from their recorded training and the pack's rules.

Used by attendance, by lists and by the training clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from heedline.desks.models import Appointment, CompletedTraining
from heedline.packs import load_pack
from heedline.packs.rules.training import Trainings
from heedline.permits.competence import Competence, Requirement, requirement
from heedline.permits.compiled_query import CompiledQuery
from heedline.permits.roles import Role, granted

#: A person's trainings, as a column beside their session.
TRAININGS = ArraySubquery(
    CompletedTraining.objects.filter(officer=OuterRef("officer"))
    .order_by()
    .values(
        line=JSONObject(training="training", completed_on="completed_on", withdrawn_on="withdrawn_on"),
    )
)


def trainings() -> Trainings:
    """Return the pack's training rules."""
    return load_pack(settings.PACK).trainings


@cache
def requirements(pack: str) -> tuple[Requirement, ...]:
    """Return the pack's training requirements, each with the capabilities that depend on it."""
    return tuple(
        requirement(one.code, one.name, one.capabilities, one.desks)
        for one in load_pack(pack).trainings.by_code.values()
    )


def last_days(rows: Iterable[tuple[str, date, date | None]]) -> dict[str, date]:
    """Return the last day on which each training course is valid.

    Each row is (training, completed on, withdrawn on). A withdrawn training counts until the day before, so
    that nobody is interrupted in the middle of their work.
    """
    known, until = trainings().by_code, dict[str, date]()
    for code, completed_on, withdrawn_on in rows:
        if code not in known:
            continue  # of an earlier edition of the pack
        last = known[code].until(completed_on)
        if withdrawn_on is not None:
            last = min(last, withdrawn_on - timedelta(days=1))
        until[code] = max(until.get(code, last), last)
    return until


def kept(rows: Iterable[Mapping[str, Any]]) -> dict[str, date]:
    """Return the last day on which each training course in a row's TRAININGS column is valid.

    See `last_days`.
    """
    return last_days(
        (
            row["training"],
            date.fromisoformat(row["completed_on"]),
            date.fromisoformat(row["withdrawn_on"]) if row["withdrawn_on"] else None,
        )
        for row in rows
    )


def competence(
    until: Mapping[str, date], kinds: Mapping[UUID, str], today: date, *, leads: Iterable[UUID] = ()
) -> Competence:
    """Return a person's competence for use by the permission check.

    `leads` is the desks that the person supervises.
    """
    thin = [
        (desk, need.code)
        for desk in leads
        for need in requirements(settings.PACK)
        if kinds[desk] in need.desks and until.get(need.code, date.min) < today
    ]
    return Competence(
        today,
        requirements(settings.PACK),
        dict(until),
        dict(kinds),
        frozenset((desk, code) for desk, code in thin if _too_few(desk, code, today)),
    )


def _too_few(desk: UUID, code: str, today: date) -> bool:
    """Return whether fewer people at a desk hold this training than the pack requires.

    Runs one query, and only for a supervisor who lacks the training.
    """
    one = trainings().by_code[code]
    roles = [role for role in Role if one.capabilities & granted(role)]
    people = Appointment.objects.filter(
        desk_id=desk, role__in=roles, ended_on=None, officer__is_active=True
    ).values("officer_id")
    rows: dict[UUID, list[tuple[str, date, date | None]]] = {}
    for row in CompletedTraining.objects.filter(training=code, officer_id__in=people):
        rows.setdefault(row.officer_id, []).append((code, row.completed_on, row.withdrawn_on))
    return sum(last_days(theirs).get(code, date.min) >= today for theirs in rows.values()) < one.enough


_COMPLETED: Final = CompiledQuery[CompletedTraining](
    lambda officer: CompletedTraining.objects.filter(officer_id=officer)
)


def of_officer(officer: UUID) -> dict[str, date]:
    """Return the last day on which each of an officer's training courses is valid."""
    return last_days((row.training, row.completed_on, row.withdrawn_on) for row in _COMPLETED.rows(officer))
