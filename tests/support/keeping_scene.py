"""Keep or dispose: who leads, what is proposed, how days go by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from heedline.casework.retention import keeping
from heedline.casework.retention.keeping import Keep
from heedline.casework.setup import stewardship
from heedline.permits.roles import Role
from tests.support.acting import acting
from tests.support.scene_people import People

DAY = timedelta(days=1)
WHY = "Zinnober-quinquereme: there are links to a case that goes on"


def with_leads(people: People) -> People:
    """Olga and Nadia lead; Ned oversees."""
    house = people.house
    with acting("office"):
        for name, desk in (("Olga", "north-east"), ("Nadia", "national")):
            stewardship.appoint(
                house.officers[name], Role.SUPERVISOR, house.desks[desk], hands=house.hands, at=people.at
            )
        stewardship.appoint(house.officers["Ned"], Role.OVERSEER, None, hands=house.hands, at=people.at)
    return people


def proposed(
    people: People, name: str = "Odile", *, ref: UUID | None = None, **told: Any
) -> tuple[UUID, UUID]:
    """A closed report and the proposal to dispose of it. What is said of a child is closed by two officers."""
    child = "pupil" in told.get("narrative", "")
    ref = ref or people.closed(**{"by_two": child, **told})[0]
    with people.sitting(name) as by:
        return ref, keeping.propose(ref, "no-purpose", by=by, at=people.at)


def disposed(people: People, ref: UUID | None = None, **told: Any) -> tuple[UUID, UUID]:
    ref, ident = proposed(people, ref=ref, **told)
    with people.sitting("Olga") as olga:
        assert keeping.decide(ident, dispose=True, by=olga, at=people.at)
    return ref, ident


def keep(people: People, ref: UUID, name: str = "Olga", **changed: Any) -> None:
    with people.sitting(name) as by:
        keeping.keep(
            ref, Keep(**{"group": "group-4", "reason": "links", "words": WHY, **changed}), by=by, at=people.at
        )


def later(days: int) -> None:
    """Days go by: the clocks were set so many days ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reports_keeping SET identity_until = identity_until - %s, review_on = review_on - %s",
            [days, days],
        )
