"""A desk of national advisers with two of them, and an organisation that asks for advice."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from heedline.casework.journey import call_outcomes, transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.journey.transitions import Assessment
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import key_verification
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from heedline.vault.codes import ReceiptCode
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import become_acquainted, open_keys
from tests.support.scene_people import People, row

#: Advisers. Oren leads them.
ADVISERS = ("Otto", "Oren")
NATIONAL = "advice-national"
VISIT = Assessment(
    danger_to_life=False,
    done_what="A visit before the spring season",
    priority="low",
    reason="No near date",
    coded={"size": "standard", "next": "visit", "suspicious": "no"},
)
GIVEN = Closing(outcome="advice-given", reason="Talked through the plan.", tell_reporter="finished")


def adviser_desk(people: People, code: str = NATIONAL, names: tuple[str, ...] = ADVISERS) -> People:
    """Give the house a desk of advisers at which these officers work. The last one leads it."""
    house, at = people.house, people.at
    with acting("office"):
        desk = stewardship.make_desk(
            code=code,
            name=code.replace("-", " ").capitalize(),
            organisation=house.officers["Odile"].organisation,
            kind="advice",
            round_the_clock=False,
            authoriser=house.desks["identity"],
            hands=house.hands,
            at=at,
        )
        house.desks[code] = desk
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


def a_request(
    people: People, *, odd: bool = False, at: datetime | None = None, **told: Any
) -> tuple[UUID, ReceiptCode]:
    """A theatre asks for advice. `odd`: it says that something odd has happened there."""
    asked = {
        **stories.NEEDED["advice"],
        "organisation": {"name": "Corner Theatre", "postcode": stories.ELSEWHERE},
        "help": {"help": ["visit"], "incident": "yes" if odd else "no"},
    }
    return stories.a_report(at=at or people.at, kind="advice", **{**asked, **told})


def answered(
    people: People, ref: UUID, name: str = "Otto", how: str = "reached", *, at: datetime | None = None
) -> None:
    """This adviser logs an attempt to answer the organisation, which reached it unless told otherwise."""
    spoke = how == "reached"
    with people.sitting(name, at=at) as here:
        call_outcomes.tried(
            ref,
            how,
            "A visit on Tuesday at ten" if how in {"reached", "emailed"} else "",
            whom="Rosa, the house manager" if spoke else "",
            danger="no" if spoke else "",
            version=row(ref).version,
            by=here,
            at=at or people.at,
        )


def assessed(
    people: People, name: str = "Otto", *, odd: bool = False, assessment: Assessment = VISIT, **told: Any
) -> tuple[UUID, ReceiptCode]:
    """A request that this adviser has taken, answered and assessed."""
    ref, code = a_request(people, odd=odd, **told)
    people.take(ref, name)
    answered(people, ref, name)
    with people.sitting(name) as here:
        transitions.assess(ref, assessment, version=row(ref).version, by=here, at=people.at)
    return ref, code


def close(people: People, ref: UUID, name: str = "Otto", closing: Closing = GIVEN) -> None:
    """This adviser closes the request."""
    with people.sitting(name) as here:
        transitions.close(ref, closing, version=row(ref).version, by=here, at=people.at)
