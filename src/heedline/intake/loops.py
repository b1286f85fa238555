"""Repeated groups (people, vehicles): add, change, remove, always bounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from heedline.intake.questions import Answers, Step, Values


class LoopFull(Exception):
    """The loop already holds as many items as it may."""


class NoSuchItem(Exception):
    """There is no item of that id (any more)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a loop. The id is never used twice in a draft, so a stale link cannot hit another."""

    id: str
    values: dict[str, Any]


def items(answers: Answers, loop: str) -> tuple[Item, ...]:
    """The items of the loop step `loop` (a slug), in order of adding."""
    raise NotImplementedError


def has_room(answers: Answers, step: Step) -> bool:
    """Whether another item may be added."""
    raise NotImplementedError


def add_item(answers: Answers, step: Step, values: Values) -> dict[str, Any]:
    """New answers with one more item; LoopFull at the bound."""
    raise NotImplementedError


def change_item(answers: Answers, step: Step, item_id: str, values: Values) -> dict[str, Any]:
    """New answers with that item's values replaced; NoSuchItem."""
    raise NotImplementedError


def remove_item(answers: Answers, step: Step, item_id: str) -> dict[str, Any]:
    """New answers without that item; removing it twice changes nothing."""
    raise NotImplementedError
