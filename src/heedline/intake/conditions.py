"""Declarative conditions that decide which pages apply, which answers are required and the urgency.

A condition is written in TOML as one of the following:

    {field = "now.danger", equals = "yes"}          the answer is this one (or includes it, for tick boxes)
    {field = "when.when", in = ["today", "not_yet"]} the answer is (or includes) one of these
    {any = [condition, …]}   {all = [condition, …]}   {not = condition}

If there is no answer, `equals` and `in` are false.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from heedline.packs.tables import Table


class Condition(Protocol):
    """A condition that can be evaluated against answers."""

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """Return whether the condition holds for `answers`, given as {step: {field: value}}."""
        ...

    def looks_at(self) -> Iterator[OneOf]:
        """Yield every comparison in the condition."""
        ...


@dataclass(frozen=True, slots=True)
class OneOf:
    """A condition that holds if the answer is, or includes, one of `values`."""

    step: str
    field: str
    values: frozenset[str]

    def holds(self, answers: Mapping[str, Any]) -> bool:
        value = answers.get(self.step, {}).get(self.field)
        if isinstance(value, list):
            return not self.values.isdisjoint(value)
        return value in self.values

    def looks_at(self) -> Iterator[OneOf]:
        yield self


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A condition that holds if at least one part holds."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return any(part.holds(answers) for part in self.parts)

    def looks_at(self) -> Iterator[OneOf]:
        for part in self.parts:
            yield from part.looks_at()


@dataclass(frozen=True, slots=True)
class AllOf:
    """A condition that holds if every part holds."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return all(part.holds(answers) for part in self.parts)

    def looks_at(self) -> Iterator[OneOf]:
        for part in self.parts:
            yield from part.looks_at()


@dataclass(frozen=True, slots=True)
class Not:
    """A condition that holds if its part does not."""

    part: Condition

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return not self.part.holds(answers)

    def looks_at(self) -> Iterator[OneOf]:
        yield from self.part.looks_at()


@dataclass(frozen=True, slots=True)
class Always:
    """A condition that always holds."""

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return True

    def looks_at(self) -> Iterator[OneOf]:
        return iter(())


def read_condition(table: Table) -> Condition:
    """Parse a condition from a TOML table.

    Raises PackError if the table has none of the five shapes.
    """
    found: Condition
    if table.has("field"):
        step, dot, field = table.text("field").partition(".")
        if not (step and dot and field):
            raise table.wrong("field", 'must be "step.field"')
        if table.has("equals"):
            found = OneOf(step, field, frozenset({table.text("equals")}))
        else:
            found = OneOf(step, field, frozenset(table.texts("in")))
    elif table.has("any"):
        found = AnyOf(tuple(read_condition(part) for part in table.tables("any")))
    elif table.has("all"):
        found = AllOf(tuple(read_condition(part) for part in table.tables("all")))
    else:
        found = Not(read_condition(table.table("not")))
    table.done()
    return found
