"""The regimes of safeguarding: the panel, the calendar and the time allowed where a person lives (`safeguarding.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from heedline.packs import load_pack, pack_folder
from heedline.packs.rules.working_days import Within
from heedline.packs.tables import Table, read_toml

if TYPE_CHECKING:
    from collections.abc import Collection
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True)
class Regime:
    """The rules of a nation. `panel` is "" where there is no section 36 panel. Its `quorum` is in organisations. `within` has the time allowed in states."""

    name: str
    panel: str
    quorum: int
    calendar: str
    within: Mapping[str, Within]


@dataclass(frozen=True, slots=True)
class SafeguardingRules:
    """The regimes by code, the answers by which a service accepts somebody, and the basis for telling children's services."""

    regimes: Mapping[str, Regime]
    accepts: frozenset[str]
    children_basis: str


def read_safeguarding_rules(
    folder: Traversable, *, calendars: Collection[str], answers: Collection[str], bases: Collection[str]
) -> SafeguardingRules:
    """Return the rules read from `safeguarding.toml`. Raises PackError, also for an unknown calendar, answer or basis."""
    top = read_toml(folder, "safeguarding.toml")
    accepts = frozenset(top.texts("accepts"))
    if not accepts or accepts - set(answers):
        raise top.wrong("accepts", "must be answers of partners.toml")
    basis = top.one_of("children_basis", tuple(bases))
    regimes = {code: _regime(table, calendars) for code, table in top.named("regimes").items()}
    top.done()
    return SafeguardingRules(regimes, accepts, basis)


def _regime(table: Table, calendars: Collection[str]) -> Regime:
    within = {}
    for state in ("gateway", "decision", "children"):
        if not (days := table.number(key := f"{state}_working_days")):
            raise table.wrong(key, "must be above zero")
        within[state] = Within(working_days=days)
    found = Regime(
        table.text("name"),
        table.text("panel", ""),
        table.number("quorum"),
        table.one_of("calendar", tuple(calendars)),
        within,
    )
    table.done()
    return found


@cache
def _rules(code: str) -> SafeguardingRules:
    pack = load_pack(code)
    return read_safeguarding_rules(
        pack_folder(code),
        calendars=pack.working_days.holidays,
        answers=pack.partners.answers,
        bases=pack.partners.bases,
    )


def rules() -> SafeguardingRules:
    """Return the rules of the installation's pack."""
    return _rules(settings.PACK)
