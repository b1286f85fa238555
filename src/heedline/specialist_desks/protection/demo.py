"""Invented data of the protective security desk: the record of the site that the desk's first request is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from heedline.jobs.demonstration.desks import DemoScene
from heedline.specialist_desks.protection import sites

_DESK: Final = "advice-north-east"
_INVENTED: Final = "Invented: the stage door does not close by itself."


def load(scene: DemoScene) -> None:
    """Let an adviser open the record of a site from the desk's first request."""
    if not scene.reports.get(_DESK) or not scene.officers.get(_DESK):
        return
    request = scene.reports[_DESK][0]
    with scene.sitting(scene.officers[_DESK][0]) as by:
        facts = sites.of_request(request, by=by, at=scene.at).facts
        texts = {**facts.texts, "weak_spots": _INVENTED}
        sites.begin_from(request, replace(facts, texts=texts), by=by, at=scene.at)
