"""Records of sites at a desk of advisers (tests/support/advice_scene)."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from heedline.reports.models import DeskRecord
from heedline.specialist_desks.protection import sites
from heedline.specialist_desks.protection.content import SiteFacts
from tests.support.scene_people import People

TEXTS: Final = {
    "name": "Corner Theatre",
    "postcode": "SW1A 1AA",
    "address": "1 Placeholder Street",
    "contacts": "Rosa, house manager, 01632 960 101",
    "weak_spots": "The stage door does not close by itself.",
}
THEATRE: Final = SiteFacts(texts=TEXTS, codes={"sort": "venue", "people": "200_to_799"})


def changed(**texts: str) -> SiteFacts:
    """The theatre, with other texts."""
    return SiteFacts(texts={**TEXTS, **texts}, codes=THEATRE.codes)


def a_site(people: People, name: str = "Otto", facts: SiteFacts = THEATRE) -> UUID:
    """A site whose record this adviser has opened."""
    with people.sitting(name) as by:
        return sites.begin(facts, by=by, at=people.at)


def moved(people: People, ref: UUID, how: str, name: str = "Otto", **more: Any) -> None:
    """This adviser reviews, closes or reopens a site."""
    with people.sitting(name) as by:
        sites.move(
            ref, how, **{"version": version_of(ref), "reason": "With Rosa", **more}, by=by, at=people.at
        )


def version_of(ref: UUID) -> int:
    return DeskRecord.objects.get(id=ref).version
