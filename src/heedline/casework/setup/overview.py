"""View data for the stewards' overview of organisations, desks and people.

Includes how far each person's enrolment has got. No content of any report is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.keys import directory as key_directory
from heedline.desks.models import Appointment, Desk, Invitation, Officer, Organisation, ProviderBinding
from heedline.permits.capabilities import Capability
from heedline.vault.statements.directory import OfficerKeys


class PersonState(StrEnum):
    """The states of a person's account, from invitation to leaving."""

    INVITED = "invited"
    MADE_KEYS = "made-keys"
    SIGNED = "signed"
    STOPPED = "stopped"  # cannot sign in; keys and roles count until two stewards have signed that they left
    LEFT = "left"
    NO_KEYS = "no-keys"


@dataclass(frozen=True)
class PersonSeen:
    """A person as listed in the stewards' overview.

    `through_provider` is true if they use single sign-on.
    """

    id: UUID
    name: str
    email: str
    organisation: str
    roles: tuple[tuple[str, UUID | None, str], ...]  # role, desk, the desk's name
    state: PersonState
    through_provider: bool = False


@dataclass(frozen=True)
class Setup:
    """All organisations, desks and people, ordered by name."""

    organisations: tuple[tuple[UUID, str], ...]
    desks: tuple[tuple[UUID, str, str], ...]  # id, name, kind
    people: tuple[PersonSeen, ...]


def overview(*, by: Attendance, at: datetime) -> Setup:
    """Return an overview of the whole installation.

    Raises Refused for everybody except stewards.
    """
    by.require(Capability.SET_UP, None)
    roles: dict[UUID, list[tuple[str, UUID | None, str]]] = {}
    for one in Appointment.objects.filter(ended_on=None).select_related("desk").order_by("role"):
        desk = one.desk
        roles.setdefault(one.officer_id, []).append(
            (one.role, one.desk_id, desk.name if desk is not None else "")
        )
    invited = {row.officer_id: row for row in Invitation.objects.all()}
    bound = set(ProviderBinding.objects.values_list("officer_id", flat=True))
    known = key_directory.directory()
    signed = known.officers() | known.stewards()
    return Setup(
        tuple(Organisation.objects.order_by("name").values_list("id", "name")),
        tuple(Desk.objects.order_by("name").values_list("id", "name", "kind")),
        tuple(
            PersonSeen(
                one.id,
                one.name,
                one.email,
                one.organisation.name,
                tuple(roles.get(one.id, ())),
                PersonState.STOPPED
                if not one.is_active and (str(one.id) in signed or one.id in roles)
                else _state(one, invited.get(one.id), str(one.id) in signed, known.officer(str(one.id))),
                one.id in bound,
            )
            for one in Officer.objects.select_related("organisation").order_by("name")
        ),
    )


def _state(
    one: Officer, invitation: Invitation | None, signed: bool, keys: OfficerKeys | None
) -> PersonState:
    if not one.is_active:
        return PersonState.LEFT
    made = bytes(invitation.kem) if invitation is not None and invitation.kem is not None else None
    if keys is not None and made is not None and made != keys.kem:
        return PersonState.MADE_KEYS  # enrolled anew
    if signed:
        return PersonState.SIGNED
    if invitation is None:
        return PersonState.NO_KEYS
    return PersonState.MADE_KEYS if invitation.kem is not None else PersonState.INVITED
