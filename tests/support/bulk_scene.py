"""Reports that look alike, closed in bulk, and what stands before and after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from heedline.casework.journey import bulk_close
from heedline.casework.journey.closing import Closing
from heedline.reports.models import Sweep
from tests.support.scene_people import MINUTE, People, row

SPAM = Closing(outcome="spam", reason="Zinnober: one advertisement, many times", tell_reporter="finished")
ADVERT = "Buy cheap watches at www.watches.example today and get two for the price of one, only this week"
DAY = timedelta(days=1)


def adverts(people: People, how_many: int = 3) -> list[UUID]:
    return [people.send(narrative=ADVERT)[0] for _ in range(how_many)]


def chosen(refs: list[UUID]) -> dict[UUID, int]:
    return {ref: row(ref).version for ref in refs}


def swept(people: People, refs: list[UUID], name: str = "Odile", **more: Any) -> Sweep:
    looked = more["chosen"] if "chosen" in more else chosen(refs)
    with people.sitting(name) as here:
        made = bulk_close.sweep("north-east", looked, SPAM, by=here, at=people.at)
    return Sweep.objects.get(pk=made)


def undo(people: People, sweep: Sweep, name: str = "Odile", **when: Any) -> int:
    with people.sitting(name) as here:
        return bulk_close.undo(sweep.id, by=here, at=when.get("at", people.at + MINUTE))


STANDING = (
    "stage",
    "due_at",
    "status",
    "slot",
    "outcome",
    "rank",
    "priority",
    "owner_id",
    "settled",
    "unread",
)


def standing(ref: UUID) -> dict[str, Any]:
    return {name: getattr(row(ref), name) for name in STANDING}
