"""What an officer decides about a report, for each kind of report, in the words of the desk that works on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heedline.packs.reading.tables import Table, read_toml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True)
class AssessedText:
    """A box for the officer's own words. `required` is what the page says when it is left blank."""

    label: str
    hint: str
    required: str


@dataclass(frozen=True, slots=True)
class AssessedChoice:
    """A coded decision. `choices`: code → words. `several`: tick boxes. `required`: the page's words when nothing was
    chosen; empty: it may be left."""

    code: str
    label: str
    hint: str
    several: bool
    required: str
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The two texts that every assessment has (`casework.journey.transitions.Finding`), and the coded choices of this kind."""

    done_what: AssessedText
    reason: AssessedText
    choices: tuple[AssessedChoice, ...]


def read_assessments(folder: Traversable, kinds: tuple[str, ...]) -> dict[str, Assessment]:
    """`assessments.toml`: one table for every kind; PackError for one too few or too many."""
    table = read_toml(folder, "assessments.toml")
    found = {kind: _assessment(table.table(kind)) for kind in kinds}
    table.done()
    return found


def _assessment(table: Table) -> Assessment:
    choices = table.table("choices", optional=True)
    found = Assessment(
        done_what=_text(table.table("done_what")),
        reason=_text(table.table("reason")),
        choices=tuple(_choice(code, choices.table(code)) for code in choices),
    )
    table.done()
    return found


def _text(table: Table) -> AssessedText:
    text = AssessedText(table.text("label"), table.text("hint", ""), table.text("required"))
    table.done()
    return text


def _choice(code: str, table: Table) -> AssessedChoice:
    options = table.table("choices")
    choice = AssessedChoice(
        code=code,
        label=table.text("label"),
        hint=table.text("hint", ""),
        several=table.flag("several", False),
        required=table.text("required", ""),
        choices={option: options.text(option) for option in options},
    )
    if len(choice.choices) < 2:
        raise table.wrong("choices", "must offer at least two")
    table.done()
    return choice
