"""The training required for certain actions, how long it remains valid and which desks it applies to.

It is data of the pack. This is plain Python.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable

from heedline.packs.rules.retention import months_after
from heedline.packs.tables import Table, read_toml

FILE = "training.toml"
#: What may hang on a training, by the names of capabilities. Nothing else ever does, whatever a pack says: a report is
#: read, taken, handed over and answered for by whoever is there, and tracing somebody is always for a life.
MAY_HANG = frozenset(
    {"take-down", "assess", "ask", "close", "sweep", "ask-identity", "open-identity", "decide-identity"}
)
#: The sort of desk that decides about identities; the others are those of kinds of report.
AUTHORISER = "authoriser"


@dataclass(frozen=True, slots=True)
class Training:
    """A training course that officers can complete.

    `capabilities` are the acts that need it, at desks of the kinds in `desks`. Those of a specialist desk are among them; they
    count where that desk is registered and says so (`permits.roles.Grant.can_need_training`).
    """

    code: str
    name: str
    months: int
    capabilities: frozenset[str]
    desks: frozenset[str]
    enough: int

    def until(self, completed_on: date) -> date:
        """Return the last day on which the training is valid."""
        return months_after(completed_on, self.months)


@dataclass(frozen=True, slots=True)
class Trainings:
    """All training courses of a pack, with their source.

    `remind_days` is how long before expiry a reminder is given.
    """

    source: str
    as_of: date
    remind_days: int
    by_code: Mapping[str, Training]


def read_trainings(folder: Traversable, desk_kinds: Collection[str]) -> Trainings:
    """Return the courses read from `training.toml`.

    Raises PackError.
    """
    top = read_toml(folder, FILE)
    found = Trainings(
        source=top.text("source"),
        as_of=top.day("as_of"),
        remind_days=top.number("remind_days"),
        by_code={
            code: _training(code, table, {*desk_kinds, AUTHORISER})
            for code, table in top.named("trainings").items()
        },
    )
    top.done()
    return found


def _training(code: str, table: Table, desk_kinds: Collection[str]) -> Training:
    core = table.texts("capabilities", ())
    training = Training(
        code,
        table.text("name"),
        table.number("months"),
        frozenset({*core, *table.texts("desk_capabilities", ())}),
        frozenset(table.texts("desks")),
        table.number("enough"),
    )
    if not training.months:
        raise table.wrong("months", "must be above zero")
    if not training.capabilities:
        raise table.wrong("capabilities", "must not be empty")
    if never := sorted(set(core) - MAY_HANG):
        raise table.wrong("capabilities", f"these never hang on a training: {', '.join(never)}")
    for kind in training.desks:
        if kind not in desk_kinds:
            raise table.wrong("desks", f"no desk is of the sort {kind}")
    table.done()
    return training
