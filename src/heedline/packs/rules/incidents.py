"""The kinds of incident that the pack knows, each with its short form, desk and pace."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from heedline.packs.kind_files import own_file
from heedline.packs.tables import Table, read_toml
from heedline.packs.urgency import Urgency

if TYPE_CHECKING:
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
    desks: Mapping[str, Collection[str]],
    priorities: Collection[str],
) -> dict[str, IncidentKind]:
    """Return the kinds of incident read from `incidents.toml`. `desks` maps each desk to the kinds of report that it takes.

    Raises PackError, also for a desk that does not take the kind of report, and for a form without a page that every report
    of the kind needs.
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
        if one.report not in desks[one.desk]:
            raise table.wrong("desk", "must name a desk that takes this kind of report")
        _check_pages(folder, one, table)
        if one.first_priority[Urgency.DANGER] != "danger":
            raise pace.wrong("danger", "must be danger")
        pace.done()
        table.done()
        found[code] = one
    top.done()
    return found


def _check_pages(folder: Traversable, one: IncidentKind, table: Table) -> None:
    structure = read_toml(folder, own_file(one.report, "questions.toml"))
    pages = structure.raw("steps")
    if unknown := set(one.asks) - {page["slug"] for page in pages}:
        raise table.wrong("asks", f"{one.report} has no page {min(unknown)}")
    needed = {page["slug"] for page in pages if page.get("needed") or page.get("kind") == "check"}
    needed |= {structure.text("narrative").partition(".")[0], structure.text("skip_to")}
    if missing := needed - set(one.asks):
        raise table.wrong("asks", f"must have the page {min(missing)}, which every report needs")
