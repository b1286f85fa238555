"""Products of the north-east desk, written by the people of tests/support/scene_people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from heedline.casework.products.content import GradedText, Product
from heedline.reports.models import DeskRecord
from heedline.specialist_desks.intelligence import products
from tests.support.scene_people import People

ACCOUNT = (
    "I am the safeguarding lead at his school. My neighbour heard it too. At 16:40 he told two other boys that the"
    " placeholder would be in the blue locker on Friday."
)
WHOLE = Product(
    texts={
        "purpose": "To assess the risk at the site",
        "title": "Invented placeholder at a site",
        "subject": "EXAMPLE Sam",
        "dated": "November",
        "risk": "Few people know this. Acting on it openly could point to the source.",
        "caveat": "",
        "conditions": "",
    },
    codes={"marking": "sensitive", "confidence": "low", "handling": "P"},
    items=(GradedText("EXAMPLE Sam may keep something in a locker.", "2", "D"),),
    provenance=GradedText("Told by a person in a position to know.", "2", "C"),
)


def begun(people: People, name: str = "Odile", account: str = ACCOUNT) -> tuple[UUID, UUID]:
    """A product that an officer has begun from a report that they took, and the report."""
    report, _ = people.taken(narrative=account)
    with people.sitting(name) as by:
        return products.begin(report, by=by, at=people.at), report


def saved(people: People, ref: UUID, product: Product = WHOLE, name: str = "Odile", **more: Any) -> None:
    with people.sitting(name) as by:
        version = more.pop("version", version_of(ref))
        products.save(ref, replace(product, **more), version=version, by=by, at=people.at)


def proposed(people: People, **more: Any) -> tuple[UUID, UUID]:
    """A whole product that Odile wrote and proposed."""
    ref, report = begun(people)
    saved(people, ref, **more)
    with people.sitting("Odile") as by:
        products.propose(ref, {}, version=version_of(ref), by=by, at=people.at)
    return ref, report


def version_of(ref: UUID) -> int:
    return DeskRecord.objects.get(id=ref).version
