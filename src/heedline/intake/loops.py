"""Repeated groups (people, vehicles) with items that can be added, changed and removed, up to a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from heedline.intake.questions import Answers, QuestionPage, StepKind, Values


class LoopFull(Exception):
    """Raised when a loop already holds the maximum number of items."""


class NoSuchItem(Exception):
    """Raised when no item has the given id, or the item no longer exists."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a repeated group, such as a person or a vehicle.

    An id is never reused within a draft, so a stale link cannot reach another item.
    """

    id: str
    values: dict[str, Any]


def items(answers: Answers, loop: str) -> tuple[Item, ...]:
    """Return the items of the loop step `loop` (a slug), in the order in which they were added."""
    return tuple(Item(item["id"], dict(item["values"])) for item in answers.get(loop, {}).get("items", ()))


def item(answers: Answers, loop: str, item_id: str) -> Item:
    """Return one item of a loop.

    Raises NoSuchItem.
    """
    for found in items(answers, loop):
        if found.id == item_id:
            return found
    raise NoSuchItem


def has_room(answers: Answers, step: QuestionPage) -> bool:
    """Return whether another item may be added."""
    return len(items(answers, step.slug)) < step.limit_items


def add_item(answers: Answers, step: QuestionPage, values: Values) -> dict[str, Any]:
    """Return new answers with one more item.

    Raises LoopFull at the limit.
    """
    if step.kind is StepKind.LOOP and not has_room(answers, step):
        raise LoopFull
    number = answers.get(step.slug, {}).get("next", 1)
    added = (*items(answers, step.slug), Item(str(number), _own(step, values)))
    return _with(answers, step, added, number + 1)


def change_item(answers: Answers, step: QuestionPage, item_id: str, values: Values) -> dict[str, Any]:
    """Return new answers with the values of one item replaced.

    Raises NoSuchItem.
    """
    item(answers, step.slug, item_id)
    changed = tuple(
        Item(old.id, _own(step, values)) if old.id == item_id else old for old in items(answers, step.slug)
    )
    return _with(answers, step, changed, answers[step.slug]["next"])


def remove_item(answers: Answers, step: QuestionPage, item_id: str) -> dict[str, Any]:
    """Return new answers without that item.

    Removing an item twice changes nothing.
    """
    kept = tuple(old for old in items(answers, step.slug) if old.id != item_id)
    return _with(answers, step, kept, answers.get(step.slug, {}).get("next", 1))


def _own(step: QuestionPage, values: Values) -> dict[str, Any]:
    return {question.name: values[question.name] for question in step.fields if question.name in values}


def _with(answers: Answers, step: QuestionPage, kept: tuple[Item, ...], number: int) -> dict[str, Any]:
    if step.kind is not StepKind.LOOP:
        raise ValueError("this step is no loop")
    listed = [{"id": one.id, "values": one.values} for one in kept]
    return {**answers, step.slug: {"next": number, "items": listed}}
