"""Invented data of the safeguarding desk: one case, opened from a report."""

from __future__ import annotations

from typing import Final

from heedline.casework.journey import transitions
from heedline.jobs.demonstration.desks import DemoPerson, DemoScene
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Stage
from heedline.specialist_desks.safeguarding import cases
from heedline.specialist_desks.safeguarding.content import SupportCase
from heedline.specialist_desks.safeguarding.vocabulary import DESK_KIND

PEOPLE: Final[tuple[DemoPerson, ...]] = (
    ("Sana Whitlock", DESK_KIND, "officer", True),
    ("Sigrid Maddox", DESK_KIND, "supervisor", False),
)
_INVENTED: Final = SupportCase(
    texts={
        "name": "EXAMPLE Robin",
        "names": "",
        "born": "About 16",
        "address": "Invented town",
        "concern": "Invented for the demonstration: has withdrawn from friends, and admires a placeholder.",
    },
    codes={"age": "child", "category": "violence", "regime": "england-and-wales"},
)


def load(scene: DemoScene) -> None:
    """Let an officer of the safeguarding desk take a report that waits there, and open a case from it."""
    reports, officers = scene.reports.get(DESK_KIND, ()), scene.officers.get(DESK_KIND, ())
    if not reports or not officers:
        return
    with scene.sitting(officers[0]) as by:
        waiting = reports_of(by.desk_ids).filter(id__in=reports, kind="person", stage=Stage.WAITING)
        if (report := waiting.values_list("id", flat=True).first()) is not None:
            transitions.take(report, by=by, at=scene.at)
            cases.open_case(report, _INVENTED, by=by, at=scene.at)
