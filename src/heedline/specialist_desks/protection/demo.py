"""Invented data of the protective security desk: the site that the desk's first request is about, and a visit of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from heedline.jobs.demonstration.desks import DemoScene
from heedline.specialist_desks.protection import sites, timing, visits
from heedline.specialist_desks.protection.visit_content import VisitFacts

_DESK: Final = "advice-north-east"
_INVENTED: Final = "Invented: the stage door does not close by itself."


def load(scene: DemoScene) -> None:
    """Let an adviser open the record of a site from the desk's first request, and plan a visit."""
    if not scene.reports.get(_DESK) or not scene.officers.get(_DESK):
        return
    request = scene.reports[_DESK][0]
    with scene.sitting(scene.officers[_DESK][0]) as by:
        facts = sites.of_request(request, by=by, at=scene.at).facts
        texts = {**facts.texts, "weak_spots": _INVENTED}
        site = sites.begin_from(request, replace(facts, texts=texts), by=by, at=scene.at)
        day = timing.today(scene.at) + timedelta(days=7)
        planned = VisitFacts(site=str(site), day=day, texts={"time": "10:30", "visitors": by.name})
        visits.plan(site, planned, by=by, at=scene.at)
