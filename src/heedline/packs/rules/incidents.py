"""The kinds of incident that the pack knows, each with its short form, desk and pace."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from heedline.packs.tables import read_toml
from heedline.packs.urgency import Urgency

if TYPE_CHECKING:
    from heedline.packs.pack import DeskEntry
    from heedline.packs.report_kinds import ReportKind


@dataclass(frozen=True, slots=True)
class IncidentKind:
    """A kind of incident.

    `report` is the kind of its reports and `asks` the pages of that kind's questions that its form has. `first_priority`
    maps each urgency to the priority that sets a new report's first deadline.
    """

    code: str
    name: str
    report: str
    desk: str
    asks: tuple[str, ...]
    first_priority: Mapping[str, str]


def read_incidents(
    folder: Traversable,
    kinds: Mapping[str, ReportKind],
    desks: Mapping[str, DeskEntry],
    priorities: Collection[str],
) -> dict[str, IncidentKind]:
    """Return the kinds of incident read from `incidents.toml`.

    Raises PackError, also for a desk that does not take the kind of report.
    """
    top = read_toml(folder, "incidents.toml")
    found = {}
    for code, table in top.named("kinds").items():
        pace = table.table("first_priority")
        one = IncidentKind(
            code=code,
            name=table.text("name"),
            report=table.one_of("report", tuple(kinds)),
            desk=table.one_of("desk", tuple(desks)),
            asks=table.texts("asks"),
            first_priority={urgency: pace.one_of(urgency, tuple(priorities)) for urgency in Urgency},
        )
        if one.report not in desks[one.desk].kinds:
            raise table.wrong("desk", "must name a desk that takes this kind of report")
        if one.first_priority[Urgency.DANGER] != "danger":
            raise pace.wrong("danger", "must be danger")
        pace.done()
        table.done()
        found[code] = one
    top.done()
    return found
