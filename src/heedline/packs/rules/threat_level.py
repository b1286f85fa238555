"""Who records the threat level from terrorism, from which sources, and for how long it may be shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.tables import Table, read_toml


@dataclass(frozen=True, slots=True)
class ThreatLevelRules:
    """The desk that records the threat level, and the codes that it chooses from, each with its English name.

    A level is shown for `days` after the day on which it was read at its source.
    """

    desk: str
    days: int
    scopes: Mapping[str, str]
    levels: Mapping[str, str]
    sources: Mapping[str, str]


def read_threat_level(folder: Traversable, desks: Collection[str]) -> ThreatLevelRules:
    """Return the rules read from `threat_level.toml`. Raises PackError, also for an unknown desk."""
    top = read_toml(folder, "threat_level.toml")
    found = ThreatLevelRules(
        top.one_of("desk", tuple(desks)),
        top.number("days"),
        *(_names(top.table(key)) for key in ("scopes", "levels", "sources")),
    )
    if not found.days:
        raise top.wrong("days", "must be above zero")
    top.done()
    return found


def _names(table: Table) -> dict[str, str]:
    names = {code: table.text(code) for code in table}
    table.done()
    return names
