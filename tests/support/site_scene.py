"""Records of sites at a desk of advisers (tests/support/advice_scene)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from heedline.casework.access.session import Attendance
from heedline.casework.records import record
from heedline.reports.models import DeskRecord
from heedline.specialist_desks.protection import recommending, sites, visits
from heedline.specialist_desks.protection.content import SiteFacts
from heedline.specialist_desks.protection.kinds import SITE_KIND, VISIT_KIND
from heedline.specialist_desks.protection.recommendation import Recommendation
from heedline.specialist_desks.protection.visit_content import LIMITS, VisitFacts
from heedline.specialist_desks.protection.vocabulary import ProtectionCapability
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


def a_visit(people: People, site: UUID, name: str = "Otto", *, days: int = 0, **texts: str) -> UUID:
    """A visit of a site that this adviser has planned, so many days from today."""
    facts = VisitFacts(
        site="", day=people.at.date() + timedelta(days=days), texts={"visitors": name, **texts}
    )
    with people.sitting(name) as by:
        return visits.plan(site, facts, by=by, at=people.at)


def visited(people: People, ref: UUID, how: str, name: str = "Otto", **more: Any) -> None:
    """This adviser moves a visit on."""
    with people.sitting(name) as by:
        known = {"version": version_of(ref), "reason": "Agreed with Rosa"}
        visits.move(ref, how, **{**known, **more}, by=by, at=people.at)


def written(people: People, ref: UUID, name: str = "Otto", **texts: str) -> None:
    """This adviser writes who was there and what was seen."""
    with people.sitting(name) as by:
        facts = visits.opened(ref, by=by, at=people.at).facts
        told = {
            **facts.texts,
            "attendees": "Rosa, house manager",
            "seen": "The stage door stood open.",
            **texts,
        }
        visits.save(ref, replace(facts, texts=told), version=version_of(ref), by=by, at=people.at)


def recommendation(what: str = "Let the stage door close by itself.", **more: Any) -> Recommendation:
    """A recommendation for Rosa."""
    return Recommendation(
        **{"what": what, "priority": "high", "owner": "Rosa", "by": date(2027, 3, 1), **more}
    )


def recommended(people: People, site: UUID, number: int = 1, *, reported: bool = True) -> UUID:
    """A visit that was held, with this many recommendations, and reported unless told otherwise."""
    ref = a_visit(people, site)
    visited(people, ref, "hold")
    written(people, ref)
    for n in range(1, number + 1):
        with people.sitting("Otto") as by:
            one = recommendation(f"Recommendation number {n}")
            recommending.recommend(ref, one, version=version_of(ref), by=by, at=people.at)
    if reported:
        visited(people, ref, "report")
    return ref


def records_of(desk: UUID, by: Attendance, at: datetime) -> tuple[UUID, UUID]:
    """A site and a visit at any desk, which the desk's own actions make at desks of advisers only."""
    with transaction.atomic():
        made = [
            record.begin(
                kind,
                desk,
                words,
                capability=ProtectionCapability.ADVISE,
                due_at=at + timedelta(1),
                by=by,
                at=at,
            )
            for kind, words in (
                (SITE_KIND, THEATRE.to_words()),
                (
                    VISIT_KIND,
                    VisitFacts(site=str(desk), day=at.date(), texts=dict.fromkeys(LIMITS, "x")).to_words(),
                ),
            )
        ]
    return made[0].row.id, made[1].row.id


def version_of(ref: UUID) -> int:
    return DeskRecord.objects.get(id=ref).version
