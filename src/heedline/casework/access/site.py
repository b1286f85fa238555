"""Whose site this is: officers sign in at the office, people of partners at their own site, and neither at the other's.

The two sites are two processes with nothing in common but the database, where the partners' role sees no officer at all
(`database/policies/partner_site.sql`). Here the same is asked by name, and in the other direction.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from heedline.desks.models import PARTNER, Appointment, Desk, Officer, Organisation
from heedline.permits.gate import Refused
from heedline.permits.roles import Role


def works_here(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles works at this site. At the office: also who has no role yet."""
    return (Role.PARTNER in set(roles)) == settings.FOR_PARTNERS


def of_partner(officer: Officer) -> bool:
    """Whether their organisation is a partner: it has a partner's desk."""
    return Desk.objects.filter(organisation_id=officer.organisation_id, kind=PARTNER).exists()


def enrols_here(officer: Officer) -> bool:
    """Whether this is the site where they make their keys, before they have any role."""
    return of_partner(officer) == settings.FOR_PARTNERS


def signs_in_here(officer: Officer) -> bool:
    """Whether this person may sign in at this site now."""
    return works_here(_roles(officer)) and enrols_here(officer)


def _roles(officer: Officer) -> set[str]:
    held = Appointment.objects.filter(officer=officer, ended_on=None)
    return set(held.values_list("role", flat=True))


def keep_apart(officer: Officer, role: Role, desk: Desk | None) -> None:
    """Whoever works for a partner works at its desk and holds no other role; nobody else works there. Raises Refused.

    Holds the officer's row until the appointment is made, so that of two at once the second sees the first.
    """
    Officer.objects.select_for_update().filter(pk=officer.pk).first()
    if role is not Role.PARTNER:
        if desk is not None and desk.kind == PARTNER:
            raise Refused("This is a partner’s desk: its people have the role of a partner.")
        if of_partner(officer) or Role.PARTNER in _roles(officer):
            raise Refused("They work for a partner, and hold no other role.")
        return
    if desk is None or desk.kind != PARTNER:
        raise Refused("The role of a partner is held at a partner’s desk.")
    if officer.organisation_id != desk.organisation_id:
        raise Refused("They do not belong to the partner’s organisation.")
    if _roles(officer) - {Role.PARTNER}:
        raise Refused("They hold another role here, and whoever works for a partner holds no other.")


def keep_desks_apart(kind: str, organisation: Organisation) -> None:
    """A partner's desks are the only ones of its organisation, and nobody in it has another role. Raises Refused."""
    desks = Desk.objects.filter(organisation=organisation)
    if kind != PARTNER:
        if desks.filter(kind=PARTNER).exists():
            raise Refused("This organisation is a partner: it has partner’s desks only.")
        return
    others = Appointment.objects.filter(officer__organisation=organisation, ended_on=None)
    if desks.exclude(kind=PARTNER).exists() or others.exclude(role=Role.PARTNER).exists():
        raise Refused(
            "A partner is an organisation of its own. This one has desks or people of another kind."
        )
