"""The setup of organisations, desks, officers, keys and roles by stewards.

Each public key is stated by two stewards (or, for an epoch, by a member of its desk) and chained to the
pinned root. Stewards open nothing, because they are not members of any desk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import second_factors, site
from heedline.casework.access.keyring import wrapping_context
from heedline.casework.access.session import end_sessions
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys.epochs import ON_THE_OTHER_SIDE
from heedline.casework.keys.epochs import make_epoch as make_epoch
from heedline.casework.keys.epochs import make_epochs_ahead as make_epochs_ahead
from heedline.casework.keys.signing import Hand as Hand
from heedline.casework.keys.signing import Signer, state
from heedline.casework.recording import refusals_logged
from heedline.casework.setup.enrolment import cost
from heedline.desks.models import (
    Appointment,
    Desk,
    Invitation,
    Officer,
    Organisation,
    SeedWrapping,
    StandingInstallation,
)
from heedline.permits import gate
from heedline.permits.capabilities import Capability
from heedline.permits.roles import BESIDE, DESK_ROLES, Role
from heedline.vault import CannotOpen, passphrases
from heedline.vault.keys import new_seed, public_key, signing_public
from heedline.vault.statements.signed import ROOT, key_text


@dataclass(frozen=True)
class Enrolment:
    """The secrets that an officer receives once, at enrolment.

    `seed` is not kept by anybody else. `passphrase` unlocks it.
    """

    officer: UUID
    seed: bytes = field(repr=False)
    passphrase: str = field(repr=False)

    @property
    def hand(self) -> Hand:
        return Hand(str(self.officer), self.seed)


def permit_stewards(hands: Sequence[Signer]) -> None:
    """Raise Refused unless two different stewards have signed.

    Both must be appointed, and neither may be suspended.
    """
    for hand in hands:
        if hand.person == ROOT:
            raise gate.Refused("The root key can appoint only stewards.")
        held = Appointment.objects.filter(
            officer_id=hand.person, officer__is_active=True, ended_on=None
        ).values_list("role", "desk_id")
        gate.require(held, Capability.SET_UP, desks=[None])
    if len({hand.person for hand in hands}) < 2:
        raise gate.Refused("Two different stewards must sign this.")


def refuse_both(officer: UUID, other: Role) -> None:
    """Raise Refused if an officer would become both a steward and an overseer.

    Whoever sets up the installation is overseen by somebody else. The officer's row is locked until the
    appointment is made, so that of two simultaneous appointments the second sees the first.
    """
    Officer.objects.select_for_update().filter(pk=officer).first()
    if Appointment.objects.filter(officer_id=officer, role=other, ended_on=None).exists():
        raise gate.Refused("A steward cannot also be an overseer. Choose somebody else.")


def keep_sides_apart(officer: UUID, desk: UUID) -> None:
    """Raise Refused if joining this desk would let the officer open both shares of an identity.

    Keys that the officer still holds count as well.
    """
    if key_directory.directory().barred(str(desk), str(officer)):
        raise gate.Refused(ON_THE_OTHER_SIDE)


def permit_root(root: Hand) -> None:
    """Raise Refused unless the signer holds the root key of this installation.

    The root key names stewards whenever one is needed.
    """
    if root.person != ROOT or signing_public(root.seed).hex() != settings.ROOT:
        raise gate.Refused("This is not the root key of this installation.")


def permit_beginning(hands: Sequence[Signer]) -> None:
    """Raise Refused unless two stewards have signed, or the root key during initial setup.

    The stewards must be two different people. The root key is accepted until the installation has two
    stewards.
    """
    root = hands[0] if [hand.person for hand in hands] == [ROOT] else None
    if not isinstance(root, Hand):
        permit_stewards(hands)
        return
    permit_root(root)
    if Appointment.objects.filter(role=Role.STEWARD, ended_on=None).count() >= 2:
        raise gate.Refused("This installation already has stewards. Two of them must sign this.")


def _actor(hands: Sequence[Signer]) -> UUID | None:
    """Return the id of the officer to be logged as the actor.

    Returns None for the root key, which does not belong to a named person.
    """
    first = hands[0].person if hands else ROOT
    return UUID(first) if first != ROOT else None


@transaction.atomic
def found(*, born: str) -> None:
    """Record permanently whether this database is a demonstration or a live database.

    Raises ValueError if it was recorded as the other.
    """
    row, made = StandingInstallation.objects.get_or_create(
        id=1, defaults={"born": born, "installation": settings.INSTALLATION}
    )
    if not made and (row.born != born or row.installation != settings.INSTALLATION):
        raise ValueError(f"This database was born as {row.born} of another installation and stays so.")


def make_organisation(code: str, name: str, *, hands: Sequence[Signer], at: datetime) -> Organisation:
    """Add an organisation.

    Raises Refused.
    """
    by = _actor(hands)
    with refusals_logged(Act.ORGANISATION_MADE, by=by):
        permit_beginning(hands)
        made = Organisation.objects.create(code=code, name=name)
        journal.record(Act.ORGANISATION_MADE, actor=by, thing="organisation", thing_id=made.id)
        return made


def make_officer(
    *,
    email: str,
    name: str,
    organisation: Organisation,
    password: str = "",
    password_hash: str = "",
    hands: Sequence[Signer],
    at: datetime,
    officer_id: UUID | None = None,
) -> Officer:
    """Create an officer with a plain or hashed password, or with none if an invitation will follow.

    Signing in opens nothing. Raises Refused.
    """
    by = _actor(hands)
    with refusals_logged(Act.OFFICER_MADE, by=by):
        permit_beginning(hands)
        officer = Officer(id=officer_id or uuid4(), email=email.lower(), name=name, organisation=organisation)
        return _keep_officer(officer, password, by, password_hash)


def _keep_officer(officer: Officer, password: str, by: UUID | None, password_hash: str = "") -> Officer:
    if password_hash:
        officer.password = password_hash
    elif password:
        officer.set_password(password)
    else:
        officer.set_unusable_password()  # an invitation lets them choose one
    officer.save(force_insert=True)
    journal.record(Act.OFFICER_MADE, actor=by, thing="officer", thing_id=officer.id)
    return officer


@dataclass(frozen=True)
class Wrapping:
    """A new seed, encrypted under a new passphrase.

    It has been proven to open and has not been stored yet.
    """

    seed: bytes = field(repr=False)
    passphrase: str = field(repr=False)
    wrapped: str = field(repr=False)


def make_wrapping(officer: Officer) -> Wrapping:
    """Generate a seed and a passphrase, and check that the passphrase decrypts the seed.

    Slow on purpose. Does not touch the database.
    """
    seed, passphrase = new_seed(), passphrases.new_passphrase()
    context = wrapping_context(officer.id)
    wrapped = passphrases.wrap_seed(seed, passphrase, context=context, cost=cost())
    if passphrases.unwrap_seed(wrapped, passphrase, context=context) != seed:
        raise CannotOpen
    return Wrapping(seed, passphrase, wrapped.to_json())


@transaction.atomic
def keep_wrapping(officer: Officer, made: Wrapping) -> Enrolment:
    """Store a tested unlock method."""
    SeedWrapping.objects.create(officer=officer, way="passphrase", wrapped=made.wrapped, proven=True)
    return Enrolment(officer.id, made.seed, made.passphrase)


def wrap_keys(officer: Officer, *, at: datetime) -> Enrolment:
    """Generate an officer's seed and passphrase, and store them as an unlock method."""
    return keep_wrapping(officer, make_wrapping(officer))


@transaction.atomic
def first_steward(officer: Officer, keys: Enrolment, *, root: Hand, at: datetime) -> None:
    """Appoint a steward with the root key.

    This is how an installation begins, and how it gets further stewards. Raises Refused.
    """
    permit_root(root)
    refuse_both(officer.id, Role.OVERSEER)
    site.keep_apart(officer, Role.STEWARD, None)
    Appointment.objects.update_or_create(
        officer=officer, role=Role.STEWARD, desk=None, defaults={"ended_on": None}
    )
    state(
        "steward", {"person": str(officer.id), "signing": key_text(signing_public(keys.seed))}, [root], at=at
    )
    journal.record(
        Act.OFFICER_APPOINTED,
        actor=None,
        thing="officer",
        thing_id=officer.id,
        detail={"role": str(Role.STEWARD)},
    )


def seat_steward(
    officer: Officer, password: str, ways: Mapping[str, str], seed: bytes, *, root: Hand, at: datetime
) -> None:
    """Create or update a steward whom the root key has appointed.

    Somebody who is already known gets this password and these ways to unlock, and all earlier ones are
    removed. `ways` holds the seed under each way, all proven. Raises Refused, also for a member of a desk.
    """
    with refusals_logged(Act.OFFICER_APPOINTED, by=None, thing="officer", thing_id=officer.id):
        permit_root(root)
        known = Officer.objects.select_for_update().filter(pk=officer.id).first()
        if known is None:
            _keep_officer(officer, password, None)
        else:
            known.set_password(password)
            known.is_active = True
            known.save(update_fields=["password", "is_active"])
            end_sessions(known.id)
            SeedWrapping.objects.filter(officer=known).delete()
            second_factors.forget(known)
            Invitation.objects.filter(officer=known).update(code=None, kem=None, signing=None)
        for way, wrapped in ways.items():
            SeedWrapping.objects.create(officer_id=officer.id, way=way, wrapped=wrapped, proven=True)
        first_steward(officer, Enrolment(officer.id, seed, ""), root=root, at=at)


@transaction.atomic
def state_officer_keys(keys: Enrolment, *, hands: Sequence[Signer], at: datetime) -> None:
    """Store the statement about an officer's public keys, signed by two stewards."""
    permit_stewards(hands)
    state_public_keys(
        keys.officer, kem=public_key(keys.seed), signing=signing_public(keys.seed), hands=hands, at=at
    )


@transaction.atomic
def state_public_keys(
    officer: UUID, *, kem: bytes, signing: bytes, hands: Sequence[Signer], at: datetime
) -> None:
    """Store the statement about an officer's keys, given only their public keys.

    Two stewards sign. They have seen nothing but the public halves.
    """
    permit_stewards(hands)
    state("officer", officer_body(officer, kem=kem, signing=signing), hands, at=at)


def officer_body(officer: UUID, *, kem: bytes, signing: bytes) -> dict[str, str]:
    """Return the body of the statement about an officer's keys.

    Two stewards sign it.
    """
    return {"person": str(officer), "kem": key_text(kem), "signing": key_text(signing)}


def member_body(officer: UUID, desk: UUID) -> dict[str, str]:
    """Return the body of the statement about a desk member.

    Two stewards sign it.
    """
    return {"desk": str(desk), "person": str(officer)}


def desk_body(desk: Desk) -> dict[str, Any]:
    """Return the body of the statement about a desk.

    Two stewards sign it.
    """
    return {
        "desk": str(desk.id),
        "code": desk.code,
        "kind": desk.kind,
        "round_the_clock": desk.round_the_clock,
        "authoriser_desk": str(desk.authoriser_id) if desk.authoriser_id is not None else None,
    }


@transaction.atomic
def make_desk(
    *,
    code: str,
    name: str,
    organisation: Organisation,
    kind: str,
    round_the_clock: bool,
    authoriser: Desk | None,
    hands: Sequence[Signer],
    at: datetime,
    desk_id: UUID | None = None,
) -> Desk:
    """Add a desk, with a statement about it signed by two stewards.

    Raises Refused.
    """
    permit_stewards(hands)
    site.keep_desks_apart(kind, organisation)
    desk = Desk.objects.create(
        id=desk_id or uuid4(),
        code=code,
        name=name,
        organisation=organisation,
        kind=kind,
        round_the_clock=round_the_clock,
        authoriser=authoriser,
    )
    state("desk", desk_body(desk), hands, at=at)
    journal.record(Act.DESK_MADE, actor=UUID(hands[0].person), desk=desk.id, thing="desk", thing_id=desk.id)
    return desk


def refuse_alone(officer: Officer, role: Role, desk: Desk | None) -> None:
    """Raise Refused if a role requires another that the officer does not hold at this desk."""
    held = Appointment.objects.filter(officer=officer, desk=desk, ended_on=None)
    if role in BESIDE and not held.filter(role__in=BESIDE[role]).exists():
        needed = " or ".join(sorted(BESIDE[role]))
        raise gate.Refused(f"This role can be held only by somebody who is {needed} at the same desk.")


@transaction.atomic
def appoint(
    officer: Officer, role: Role, desk: Desk | None, *, hands: Sequence[Signer], at: datetime
) -> None:
    """Give an officer a role.

    For a role on a desk, two stewards also sign that the officer is a member of the desk. Raises Refused.
    """
    permit_stewards(hands)
    if (role in DESK_ROLES) != (desk is not None):
        raise ValueError("This role does not match the choice of desk.")
    if role is Role.OVERSEER:
        refuse_both(officer.id, Role.STEWARD)
    site.keep_apart(officer, role, desk)
    refuse_alone(officer, role, desk)
    if desk is not None:
        keep_sides_apart(officer.id, desk.id)
    Appointment.objects.update_or_create(officer=officer, role=role, desk=desk, defaults={"ended_on": None})
    if desk is not None and str(officer.id) not in key_directory.directory().members(str(desk.id)):
        state("member", member_body(officer.id, desk.id), hands, at=at)
    journal.record(
        Act.OFFICER_APPOINTED,
        actor=UUID(hands[0].person),
        desk=desk.id if desk is not None else None,
        thing="officer",
        thing_id=officer.id,
        detail={"role": str(role)},
    )
