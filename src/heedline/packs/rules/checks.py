"""The systems in which officers check reports further, and those in which a report has to be checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.kind_files import own_file
from heedline.packs.report_kinds import ReportKind
from heedline.packs.tables import PackError, Table, read_toml
from heedline.packs.urgency import Priority

#: The kinds of subject that a system may know.
SUBJECTS = ("person", "vehicle", "place", "account")


@dataclass(frozen=True, slots=True)
class CheckSystem:
    """A system, or other source, in which officers check a report and its subjects.

    `subjects` are the kinds of subject that it knows. `contact` means that such a check asks somebody outside.
    """

    code: str
    words: str
    subjects: tuple[str, ...]
    contact: bool


def read_systems(folder: Traversable, kinds: Mapping[str, ReportKind]) -> dict[str, CheckSystem]:
    """Return the systems of `checks.toml`. Raises PackError, also if a kind requires a system that is not among them."""
    file = read_toml(folder, "checks.toml")
    found = {}
    for code, table in file.named("systems").items():
        found[code] = CheckSystem(
            code, table.text("words"), table.texts("subjects"), table.flag("contact", False)
        )
        if unknown := set(found[code].subjects) - set(SUBJECTS):
            raise table.wrong("subjects", f"no kind of subject is called {min(unknown)}")
        table.done()
    file.done()
    for kind in kinds.values():
        for priority, systems in (kind.checks or {}).items():
            if unknown := set(systems) - set(found):
                place = f"{own_file(kind.code, 'kind.toml')}: checks.{priority}"
                raise PackError(f"{place}: no system is called {min(unknown)}")
    return found


def read_required(table: Table) -> dict[str, tuple[str, ...]]:
    """Return the systems in which reports of a kind have to be checked, by priority."""
    found = {str(priority): table.texts(priority) for priority in Priority}
    table.done()
    return found
