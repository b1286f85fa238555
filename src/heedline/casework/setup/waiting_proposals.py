"""Proposals that are waiting for a second steward.

They are listed in that steward's My work, and raise an alarm after the time that the pack allows.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.keys import directory as key_directory
from heedline.casework.setup.proposal_facts import ProposalKind, words_for
from heedline.desks.models import Appointment, Invitation, Officer, Proposal
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.permits.capabilities import Capability
from heedline.permits.gate import allows
from heedline.permits.second_person import DecisionRequest, Matter

#: Why the alarm about a proposal is cleared; the same word as `AlarmEvent.DECIDED`.
_DECIDED = "decided"


def waiting_for(by: Attendance, at: datetime) -> tuple[tuple[UUID, str], ...]:
    """Return the proposals that this steward can confirm, as (id, description), oldest first.

    Their own proposals and those that have expired are left out. Everybody else gets an empty list.
    """
    if not allows(by.appointments, Capability.SET_UP, [None]):
        return ()
    rows = Proposal.objects.filter(closed_on=None).exclude(proposed_by=by.officer_id)
    return tuple(
        (row.id, words_for(ProposalKind(row.act), row.facts))
        for row in rows.order_by("proposed_at", "id")
        if not DecisionRequest(Matter.PROPOSAL, row.proposed_by_id, asked_on=row.issued_on).late(at.date())
    )


def keys_to_sign(by: Attendance) -> tuple[tuple[UUID, str], ...]:
    """Return the officers whose new keys no steward has yet proposed to sign.

    Each is (id, name), ordered by name. Everybody but stewards gets an empty list.
    """
    if not allows(by.appointments, Capability.SET_UP, [None]):
        return ()
    proposed = {
        row.facts.get("officer") for row in Proposal.objects.filter(closed_on=None, act=ProposalKind.KEYS)
    }
    known = key_directory.directory()
    made = Invitation.objects.filter(kem__isnull=False, officer__is_active=True).select_related("officer")
    return tuple(
        (row.officer_id, row.officer.name)
        for row in made.order_by("officer__name")
        if str(row.officer_id) not in proposed
        and row.kem is not None
        and ((keys := known.officer(str(row.officer_id))) is None or keys.kem != bytes(row.kem))
    )


def invited_as(officer: UUID, *, by: Attendance) -> tuple[str, str]:
    """Return the role and desk id that an officer was invited for but does not hold yet.

    Returns ("", "") if there are none. Raises Refused for everybody but stewards.
    """
    by.require(Capability.SET_UP, None)
    email = Officer.objects.filter(pk=officer).values_list("email", flat=True).first()
    rows = Proposal.objects.filter(act=ProposalKind.INVITE, carried_out=True, facts__email__iexact=email)
    row = rows.order_by("-proposed_at").first() if email is not None else None
    role, desk = (row.facts.get("role", ""), row.facts.get("desk", "")) if row is not None else ("", "")
    held = Appointment.objects.filter(officer=officer, role=role, ended_on=None)
    held = held.filter(desk=UUID(desk)) if desk else held
    return ("", "") if not role or held.exists() else (role, desk)


def end_alarm(proposal: UUID, *, by: UUID, at: datetime) -> None:
    """Clear the alarm about a proposal, in the name of the steward who decided it.

    Must be called inside the caller's transaction.
    """
    for alarm in Alarm.objects.select_for_update().filter(
        kind=AlarmKind.PROPOSAL_WAITING, about_id=proposal, cleared_at=None
    ):
        alarm.cleared_by, alarm.cleared_at, alarm.because = by, at, _DECIDED
        alarm.save(update_fields=["cleared_by", "cleared_at", "because"])
