"""Somebody leaves the north-east desk. Otherwise like `tests/support/cast.py`: Olga leaves, Odile and Orsolya stay."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import epochs
from heedline.casework.setup import leavers, stewardship
from heedline.desks.models import EpochGrant, EpochKeyRow
from heedline.dispatch import clockwork
from heedline.dispatch.clocks import SLOT
from heedline.permits.roles import Role
from heedline.reports.models import IdentityShare, SealedHeader
from heedline.vault import CannotOpen
from heedline.vault.containers.container import file_key
from heedline.vault.grants import open_grant
from heedline.vault.identity import open_share
from tests.support.acting import acting
from tests.support.cast import DESKS, PASSWORD, become_acquainted
from tests.support.scene_people import People


def a_third_officer(people: People, name: str = "Orsolya", desk: str = "north-east") -> None:
    """Another officer of the desk, so that two are left when one leaves."""
    house = people.house
    with acting("office"):
        house.officers[name] = stewardship.make_officer(
            email=f"{name.lower()}@unit.example",
            name=f"{name} {name[0]}.",
            organisation=house.officers["Odile"].organisation,
            password=PASSWORD,
            hands=house.hands,
            at=people.at,
        )
        house.keys[name] = stewardship.wrap_keys(house.officers[name], at=people.at)
        stewardship.state_officer_keys(house.keys[name], hands=house.hands, at=people.at)
        stewardship.appoint(
            house.officers[name],
            Role.AUTHORISER if desk == "identity" else Role.OFFICER,
            house.desks[desk],
            hands=house.hands,
            at=people.at,
        )
        colleagues = [*DESKS.get(desk, ("", False, ("Ada", "Anton")))[2], name]
        become_acquainted(house, *colleagues, at=people.at)


def settled(people: People) -> None:
    """The quarter hour is over and what came in it is written anew."""
    with acting("worker"):
        clockwork.settle(people.at + 2 * SLOT)


def leaves(people: People, name: str = "Olga") -> None:
    """Two stewards sign that they have left altogether."""
    with acting("office"):
        leavers.leave(people.house.officers[name], hands=people.house.hands, at=people.at)


def an_hour_later(desk: UUID) -> None:
    """As if the ended keys had ended an hour earlier: the database takes the time itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE keys_epoch SET retired_at = retired_at - interval '61 minutes' WHERE desk_id = %s", [desk]
        )


def ended(people: People, desk: str = "north-east") -> list[UUID]:
    rows = EpochKeyRow.objects.filter(
        desk=people.house.desks[desk], retired_at__isnull=False, destroyed_on=None
    )
    return list(rows.values_list("id", flat=True))


def present(people: People, desk: str = "north-east") -> str:
    epoch = key_directory.directory().current_epoch(str(people.house.desks[desk].id), people.at.date())
    assert epoch is not None
    return epoch.epoch


def opened_by(people: People, name: str) -> int:
    """How many sealed parts and halves somebody opens with their seed and all that lies in the database."""
    officer, seed = people.house.officers[name].id, people.house.keys[name].seed
    seeds = [seed]
    for grant in EpochGrant.objects.all():
        for person in (officer, grant.officer_id):
            try:
                info = epochs.grant_context(grant.epoch_id, person or officer)
                seeds.append(open_grant(bytes(grant.sealed), seed, info=info))
            except CannotOpen:
                continue
    count = 0
    for header in SealedHeader.objects.all():
        try:
            file_key(bytes(header.header), seeds)
            count += 1
        except CannotOpen:
            continue
    containers = dict(SealedHeader.objects.filter(part="identity").values_list("report_id", "container"))
    for share in IdentityShare.objects.all():
        for each in seeds:
            try:
                open_share(
                    bytes(share.sealed), each, container_id=containers[share.report_id], share=share.share
                )
                count += 1
                break
            except CannotOpen:
                continue
    return count
