"""Restricts each role to the office site or the partner site.

Officers sign in at the office, and partners' staff at their own site. Neither can sign in at the other.
The two sites are separate processes that share only the database, where the partners' role cannot see
any officer (`database/policies/partner_site.sql`). This module enforces the same rule by name, and in
the other direction as well.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from heedline.desks.models import PARTNER, Appointment, Desk, Officer, Organisation
from heedline.permits.gate import Refused
from heedline.permits.roles import PARTNER_ROLES, Role


def works_here(roles: Iterable[str]) -> bool:
    """Return whether a person with these roles works at this site.

    At the office this includes people who have no role yet.
    """
    return (Role.PARTNER in set(roles)) == settings.FOR_PARTNERS


def of_partner(officer: Officer) -> bool:
    """Return whether the officer's organisation is a partner.

    A partner's organisation has a partner's desk.
    """
    return Desk.objects.filter(organisation_id=officer.organisation_id, kind=PARTNER).exists()


def enrols_here(officer: Officer) -> bool:
    """Return whether a new officer creates their keys at this site.

    They do so before they have a role.
    """
    return of_partner(officer) == settings.FOR_PARTNERS


def signs_in_here(officer: Officer) -> bool:
    """Return whether this officer may currently sign in at this site."""
    return works_here(_roles(officer)) and enrols_here(officer)


def _roles(officer: Officer) -> set[str]:
    held = Appointment.objects.filter(officer=officer, ended_on=None)
    return set(held.values_list("role", flat=True))


def keep_apart(officer: Officer, role: Role, desk: Desk | None) -> None:
    """Raise Refused if an appointment would mix partner and non-partner roles.

    Partners' staff work only at the partner's desk, and nobody else works there. The officer's row is locked
    until the appointment is made, so that of two simultaneous appointments the second sees the first.
    """
    Officer.objects.select_for_update().filter(pk=officer.pk).first()
    if role not in PARTNER_ROLES:
        if desk is not None and desk.kind == PARTNER:
            raise Refused("This is a partner’s desk. Its members can have only the roles of partners.")
        if of_partner(officer) or Role.PARTNER in _roles(officer):
            raise Refused("They work for a partner and cannot hold any other role.")
        return
    if desk is None or desk.kind != PARTNER:
        raise Refused("This role can be held only at a partner’s desk.")
    if officer.organisation_id != desk.organisation_id:
        raise Refused("They do not belong to the partner organisation.")
    if _roles(officer) - PARTNER_ROLES:
        raise Refused(
            "They hold another role here. Somebody who works for a partner cannot hold any other role."
        )


def keep_desks_apart(kind: str, organisation: Organisation) -> None:
    """Raise Refused if an organisation would have both a partner's desk and other desks or roles."""
    desks = Desk.objects.filter(organisation=organisation)
    if kind != PARTNER:
        if desks.filter(kind=PARTNER).exists():
            raise Refused("This organisation is a partner, so it can have only partner desks.")
        return
    others = Appointment.objects.filter(officer__organisation=organisation, ended_on=None)
    if desks.exclude(kind=PARTNER).exists() or others.exclude(role__in=PARTNER_ROLES).exists():
        raise Refused(
            "A partner must be a separate organisation. This one has desks or people of another kind."
        )
