"""Invented data of the intelligence desk: a product that waits for a colleague's approval, and a draft."""

from __future__ import annotations

from typing import Final

from heedline.casework.products.content import GradedText, Product
from heedline.jobs.demonstration.desks import DemoScene
from heedline.specialist_desks.intelligence import products

#: The desk whose officers write them: of the pack of the United Kingdom, or of the charity.
_DESKS: Final = ("north-east", "triage")
_INVENTED: Final = Product(
    texts={
        "purpose": "To help assess an invented site",
        "title": "Invented product for the demonstration",
        "subject": "EXAMPLE Sam",
        "dated": "November",
        "risk": "Invented: few people know this, so acting on it openly could point to the source.",
        "caveat": "For intelligence only",
        "conditions": "Ask the originator before any action.",
    },
    codes={"marking": "sensitive", "confidence": "low", "handling": "C"},
    actions=("A1",),
    sanitisation=("S2",),
    items=(GradedText("Invented: EXAMPLE Sam may keep a placeholder in storage.", "2", "D"),),
    provenance=GradedText("Invented: from a member of the public, not met.", "2", "C"),
)


def load(scene: DemoScene) -> None:
    """Let an officer of one desk write two products, and propose one."""
    desk = next((one for one in _DESKS if scene.reports.get(one) and scene.officers.get(one)), None)
    if desk is None:
        return
    report = scene.reports[desk][0]
    with scene.sitting(scene.officers[desk][0]) as by:
        proposed = products.begin(report, by=by, at=scene.at)
        products.save(proposed, _INVENTED, version=1, by=by, at=scene.at)
        marks = products.opened(proposed, by=by, at=scene.at).marks
        kept = {mark.passage: "Invented: many people at the site know this" for mark in marks}
        products.propose(proposed, kept, version=2, by=by, at=scene.at)
        products.begin(report, by=by, at=scene.at)
