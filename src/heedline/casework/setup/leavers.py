"""Suspension of officers and removal of leavers.

Their sessions end immediately and their keys are taken out of use.

A single steward can suspend somebody immediately. Two stewards sign that somebody has left a desk or the
installation. From then on none of their keys counts, and the epochs that they hold are replaced when the
next member unlocks (`epochs`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Greatest

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys.signing import Signer, state
from heedline.casework.recording import refusals_logged
from heedline.casework.setup.stewardship import permit_stewards
from heedline.desks.models import Appointment, Desk, Officer, OnCall, SeedWrapping, Shift
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.roles import BESIDE, DESK_ROLES, Role

#: So many stewards there must always be: two sign everything.
FEWEST_STEWARDS = 2


def suspend(officer_id: UUID, *, by: Attendance, at: datetime) -> None:
    """Suspend an officer and end their sessions immediately.

    One steward does this, in their own name. The officer's keys stay valid until two stewards have signed
    that the officer has left. Raises NotHere and Refused.
    """
    with refusals_logged(Act.OFFICER_SUSPENDED, by=by.officer_id, thing="officer", thing_id=officer_id):
        by.require(Capability.SET_UP, None)
        officer = Officer.objects.select_for_update().filter(pk=officer_id).first()
        if officer is None:
            raise NotHere
        if officer_id == by.officer_id:
            raise Refused("You cannot stop yourself. Ask another steward.")
        _shut_out(officer)
        journal.record(Act.OFFICER_SUSPENDED, actor=by.officer_id, thing="officer", thing_id=officer_id)


def leave_desk(officer: Officer, desk: Desk, *, hands: Sequence[Signer], at: datetime) -> None:
    """End an officer's roles and membership at one desk.

    Two stewards sign this. Raises Refused.
    """
    by = UUID(hands[0].person) if hands else None
    with refusals_logged(Act.APPOINTMENT_ENDED, by=by, desk=desk.id, thing="officer", thing_id=officer.id):
        permit_stewards(hands)
        ended = Appointment.objects.filter(officer=officer, desk=desk, ended_on=None).update(
            ended_on=at.date()
        )
        if not ended:
            raise Refused("They do not work at this desk.")
        session.end_sessions(officer.id)  # their unlocked keys have that desk's epochs among them
        _off_the_rota(officer, Q(desk=desk), at)
        if str(officer.id) in key_directory.directory().members(str(desk.id)):
            state("leaver", {"desk": str(desk.id), "person": str(officer.id)}, hands, at=at)
        journal.record(Act.APPOINTMENT_ENDED, actor=by, desk=desk.id, thing="officer", thing_id=officer.id)


def refuse_ending(officer: Officer, role: Role, desk: Desk) -> None:
    """Raise Refused unless an officer has this role and would keep another valid role at the desk."""
    here = Appointment.objects.filter(officer=officer, desk=desk, ended_on=None)
    held = {Role(one) for one in here.values_list("role", flat=True)}
    if role not in held:
        raise Refused("They do not have this role at this desk.")
    left = held - {role}
    if not left:
        raise Refused("This is their only role at this desk. End their work at the desk instead.")
    if needs := [one for one in left if one in BESIDE and not left & BESIDE[one]]:
        raise Refused(f"They are also {needs[0]} at this desk. End that role first.")


def end_role(officer: Officer, role: Role, desk: Desk, *, hands: Sequence[Signer], at: datetime) -> None:
    """End one of an officer's roles at a desk, leaving them a member of it.

    Two stewards sign this. Raises Refused, also for their only role there.
    """
    by = UUID(hands[0].person) if hands else None
    with refusals_logged(Act.APPOINTMENT_ENDED, by=by, desk=desk.id, thing="officer", thing_id=officer.id):
        permit_stewards(hands)
        refuse_ending(officer, role, desk)
        Appointment.objects.filter(officer=officer, desk=desk, role=role, ended_on=None).update(
            ended_on=at.date()
        )
        journal.record(
            Act.APPOINTMENT_ENDED,
            actor=by,
            desk=desk.id,
            thing="officer",
            thing_id=officer.id,
            detail={"role": str(role)},
        )


def leave(officer: Officer, *, hands: Sequence[Signer], at: datetime) -> None:
    """Remove an officer or a steward from the installation.

    Ends their roles, memberships, keys and ways to sign in. Two stewards sign this. Raises Refused, also if
    fewer than two stewards would be left.
    """
    by = UUID(hands[0].person) if hands else None
    with refusals_logged(Act.OFFICER_LEFT, by=by, thing="officer", thing_id=officer.id):
        permit_stewards(hands)
        if len(_stewards() - {str(officer.id)}) < FEWEST_STEWARDS:
            raise Refused("At least two stewards must remain. Appoint another one first.")
        desks = _desks_of(officer)
        Appointment.objects.filter(officer=officer, ended_on=None).update(ended_on=at.date())
        _shut_out(officer)
        _off_the_rota(officer, Q(), at)
        SeedWrapping.objects.filter(officer=officer).delete()
        known, person = key_directory.directory(), str(officer.id)
        if known.officer(person) is not None or person in known.stewards():
            state("leaver", {"person": person}, hands, at=at)
        for desk in desks or [None]:
            journal.record(Act.OFFICER_LEFT, actor=by, desk=desk, thing="officer", thing_id=officer.id)


def _stewards() -> frozenset[str]:
    """Return the ids of everybody who can sign as a steward.

    They have been named by the root, appointed, and not suspended.
    """
    held = Appointment.objects.filter(role=Role.STEWARD, ended_on=None, officer__is_active=True)
    return key_directory.directory().stewards() & {
        str(one) for one in held.values_list("officer_id", flat=True)
    }


def _desks_of(officer: Officer) -> list[UUID | None]:
    found = Appointment.objects.filter(officer=officer, ended_on=None, role__in=list(DESK_ROLES))
    return sorted(set(found.values_list("desk_id", flat=True)), key=str)


def _shut_out(officer: Officer) -> None:
    officer.is_active = False
    officer.save(update_fields=["is_active"])
    session.end_sessions(officer.id)


@transaction.atomic
def _off_the_rota(officer: Officer, where: Q, at: datetime) -> None:
    """Remove an officer from rotas and on-call lists.

    Shifts that have begun end now, and later ones are cancelled.
    """
    coming = Shift.objects.filter(where, officer=officer, ends_at__gt=at)
    coming.update(ends_at=Greatest("starts_at", at))
    OnCall.objects.filter(where, officer=officer).delete()
