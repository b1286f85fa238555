"""Invented data of the example desk."""

from __future__ import annotations

from heedline.jobs.demonstration.desks import DemoScene
from tests.support.example_desk import checks


def load(scene: DemoScene) -> None:
    """Ask for one further check at each desk that has reports, as an officer of the desk."""
    for desk, reports in scene.reports.items():
        name = scene.officers[desk][0]
        with scene.sitting(name) as by:
            checks.ask(reports[0], "Invented: the times do not fit.", by=by, at=scene.at)
