"""Invented reports and calls for practice, each with a trainer's model answer.

They are data of the pack. This is plain Python.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any

from heedline.packs.kind_files import with_kinds
from heedline.packs.tables import PackError, Table
from heedline.packs.urgency import Priority

FILE = "practice.toml"
WAYS = ("report", "call")


@dataclass(frozen=True, slots=True)
class Model:
    """A trainer's decisions on an exercise, with the reasons for them.

    They use codes of the pack. `priority` and `outcome` are empty for a call.
    """

    danger: bool
    priority: str
    outcome: str
    why: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """One practice exercise.

    `told` is the report in the form that the public API accepts. `caller` is the script of the person who
    plays the caller. `answer` is the reporter's reply when asked. `training` is the training course that it
    belongs to.
    """

    code: str
    title: str
    way: str
    training: str
    kind: str
    told: Mapping[str, Any] = field(repr=False)
    caller: tuple[str, ...] = field(repr=False)
    answer: str = field(repr=False)
    model: Model = field(repr=False)


@dataclass(frozen=True, slots=True)
class Practice:
    """All practice exercises.

    `kept_days` is how long the record of who did which exercise is kept.
    """

    kept_days: int
    scenarios: Mapping[str, Scenario]


def read_practice(
    folder: Traversable,
    *,
    kinds: Collection[str],
    trainings: Collection[str],
    outcomes: Collection[str],
    priorities: Collection[str],
) -> Practice:
    """Return the exercises read from `practice.toml`.

    Raises PackError.
    """
    top = with_kinds(folder, FILE, kinds, of_one_kind=True)
    found = Practice(
        top.number("kept_days"),
        {
            code: _scenario(code, table, kinds, trainings, outcomes, priorities)
            for code, table in top.named("scenarios").items()
        },
    )
    if not found.kept_days:
        raise top.wrong("kept_days", "must be above zero")
    top.done()
    return found


def _scenario(
    code: str,
    table: Table,
    kinds: Collection[str],
    trainings: Collection[str],
    outcomes: Collection[str],
    priorities: Collection[str],
) -> Scenario:
    way = table.one_of("way", WAYS)
    told = table.raw("told") if way == "report" else {}
    if not isinstance(told, Mapping):
        raise table.wrong("told", "must be a table")
    model = table.table("model")
    scenario = Scenario(
        code=code,
        title=table.text("title"),
        way=way,
        training=table.one_of("training", ("", *trainings), ""),
        kind=table.one_of("kind", tuple(kinds)),
        told=told,
        caller=table.texts("caller") if way == "call" else (),
        answer=table.text("answer", ""),
        model=Model(
            danger=model.flag("danger"),
            priority=model.one_of("priority", tuple(priorities)) if way == "report" else "",
            outcome=model.one_of("outcome", tuple(outcomes)) if way == "report" else "",
            why=model.text("why"),
        ),
    )
    if scenario.model.danger and way == "report" and scenario.model.priority != Priority.HIGH:
        raise PackError(f"{FILE}: scenarios.{code}: danger to life is always high")
    model.done()
    table.done()
    return scenario
