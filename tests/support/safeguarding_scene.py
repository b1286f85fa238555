"""A safeguarding desk with two people, and reports about a person that wait there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from heedline.casework.journey import transitions
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import key_verification
from heedline.casework.records import record
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from heedline.reports.models import DeskRecord
from heedline.specialist_desks.safeguarding import cases, child_checks
from heedline.specialist_desks.safeguarding.content import SupportCase
from heedline.specialist_desks.safeguarding.kind import CHECK_KIND, SESSION_KIND
from heedline.specialist_desks.safeguarding.vocabulary import SafeguardingCapability
from tests.support import partner_scene, stories
from tests.support.acting import acting
from tests.support.cast import become_acquainted, open_keys
from tests.support.scene_people import People, row

CODE = "safeguarding"
ROBIN = SupportCase(
    texts={
        "name": "EXAMPLE Robin",
        "names": "",
        "born": "About 16",
        "address": "",
        "concern": "Has withdrawn from friends, and admires a placeholder.",
    },
    codes={"age": "child", "category": "violence", "regime": "england-and-wales"},
)
#: An adult about whom nothing is violent, so that the case of one report ends without proof.
GROWN = replace(ROBIN, codes={**ROBIN.codes, "age": "adult", "category": "none"})


def support_desk(people: People, names: tuple[str, ...] = ("Odile", "Olga")) -> People:
    """Give the house a safeguarding desk at which these officers work. The last one leads it."""
    house, at = people.house, people.at
    with acting("office"):
        desk = stewardship.make_desk(
            code=CODE,
            name="Safeguarding desk",
            organisation=house.officers["Odile"].organisation,
            kind="safeguarding",
            round_the_clock=False,
            authoriser=house.desks["identity"],
            hands=house.hands,
            at=at,
        )
        house.desks[CODE] = desk
        for name in names:
            stewardship.appoint(house.officers[name], Role.OFFICER, desk, hands=house.hands, at=at)
        stewardship.appoint(house.officers[names[-1]], Role.SUPERVISOR, desk, hands=house.hands, at=at)
        become_acquainted(house, *names, at=at)
        open_keys(house, desk, names[0], at=at)
        for name in names:
            key_verification.acknowledge(
                key_directory.directory().highest_serial, by=house.keys[name].hand, at=at
            )
    return people


def a_report(people: People, name: str = "Odile", **told: Any) -> UUID:
    """A report about a person, which waits at the safeguarding desk until this officer takes it."""
    ref, _ = stories.a_report(at=people.at, kind="person", **told)
    people.take(ref, name)
    return ref


def opened(people: People, name: str = "Odile", case: SupportCase = ROBIN, **told: Any) -> tuple[UUID, UUID]:
    """A case that an officer has opened from a report that they took, and the report."""
    report = a_report(people, name, **told)
    with people.sitting(name) as by:
        return cases.open_case(report, case, by=by, at=people.at), report


def child_check_of(case: UUID) -> UUID:
    """The open child check of a case."""
    return DeskRecord.objects.get(parent=case, kind=CHECK_KIND.code, due_at__isnull=False).id


def child_checked(people: People, case: UUID, name: str = "Odile") -> None:
    """Complete the open child check of a case."""
    check = child_check_of(case)
    version = version_of(check)
    with people.sitting(name) as by:
        why = "A reason that is written down in a sentence"
        child_checks.complete(check, why, version=version, by=by, at=people.at)


def version_of(ref: UUID) -> int:
    return DeskRecord.objects.get(id=ref).version


def adopted(people: People, case: SupportCase = ROBIN) -> UUID:
    """A case that the council's panel has adopted. It waits for consent."""
    ref, report = opened(people, case=case)
    with people.sitting("Odile") as by:
        transitions.assess(report, stories.VAGUE, version=row(report).version, by=by, at=people.at)
    moved(people, ref, "propose")
    moved(people, ref, "agree", "Olga")
    day = people.at.date() + timedelta(days=7)
    ident = partner_scene.written(people, report, purpose="panel", meets_on=day)
    partner_scene.checked(people, ident)
    partner_scene.opened(people, ident)
    moved(people, ref, "refer")
    partner_scene.answered(people, ident, "adopt")
    moved(people, ref, "adopt")
    return ref


def moved(people: People, ref: UUID, how: str, name: str = "Odile") -> None:
    """Move a case on, with a reason."""
    with people.sitting(name) as by:
        why = "A reason that is written down in a sentence"
        cases.move(ref, how, version=version_of(ref), reason=why, by=by, at=people.at)


def a_session(people: People, case: UUID) -> UUID:
    """A session of support of a case in any state, due now."""
    with people.sitting("Odile") as by, transaction.atomic():
        desk = people.house.desks[CODE].id
        words = {"on": people.at.date().isoformat()}
        made = record.begin(
            SESSION_KIND,
            desk,
            words,
            capability=SafeguardingCapability.WORK,
            due_at=people.at,
            parent=case,
            by=by,
            at=people.at,
        )
        return made.row.id
