"""Repeated groups (people, vehicles): add, change, remove, always bounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from heedline.intake.questions import Answers, QuestionPage, StepKind, Values


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
    return tuple(Item(item["id"], dict(item["values"])) for item in answers.get(loop, {}).get("items", ()))


def item(answers: Answers, loop: str, item_id: str) -> Item:
    """One item; NoSuchItem."""
    for found in items(answers, loop):
        if found.id == item_id:
            return found
    raise NoSuchItem


def has_room(answers: Answers, step: QuestionPage) -> bool:
    """Whether another item may be added."""
    return len(items(answers, step.slug)) < step.limit_items


def add_item(answers: Answers, step: QuestionPage, values: Values) -> dict[str, Any]:
    """New answers with one more item; LoopFull at the bound."""
    if step.kind is StepKind.LOOP and not has_room(answers, step):
        raise LoopFull
    number = answers.get(step.slug, {}).get("next", 1)
    added = (*items(answers, step.slug), Item(str(number), _own(step, values)))
    return _with(answers, step, added, number + 1)


def change_item(answers: Answers, step: QuestionPage, item_id: str, values: Values) -> dict[str, Any]:
    """New answers with that item's values replaced; NoSuchItem."""
    item(answers, step.slug, item_id)
    changed = tuple(
        Item(old.id, _own(step, values)) if old.id == item_id else old for old in items(answers, step.slug)
    )
    return _with(answers, step, changed, answers[step.slug]["next"])


def remove_item(answers: Answers, step: QuestionPage, item_id: str) -> dict[str, Any]:
    """New answers without that item; removing it twice changes nothing."""
    kept = tuple(old for old in items(answers, step.slug) if old.id != item_id)
    return _with(answers, step, kept, answers.get(step.slug, {}).get("next", 1))


def _own(step: QuestionPage, values: Values) -> dict[str, Any]:
    return {question.name: values[question.name] for question in step.fields if question.name in values}


def _with(answers: Answers, step: QuestionPage, kept: tuple[Item, ...], number: int) -> dict[str, Any]:
    if step.kind is not StepKind.LOOP:
        raise ValueError("this step is no loop")
    listed = [{"id": one.id, "values": one.values} for one in kept]
    return {**answers, step.slug: {"next": number, "items": listed}}
