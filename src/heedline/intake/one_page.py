"""A complete question set on one page, for an officer who takes down a report.

The questions, fields, errors and engine are the same as on the public site, where each question has a
page of its own. Because everything is on one page here, the following differs:

* A step in which nothing was typed counts as not asked. It has no answer and no error, even if the set
  says that it is required.
* A step that does not apply (yet) can still be filled in. A tick box that would make it apply is set,
  because the input implies it. A choice is never invented, so the page asks for it. If the report is
  sent without it (a dropped call), the input is added to the account under its heading, so that nothing
  is lost.
* Information that identifies the reporter or says how to reach them, and that was typed without their
  consent, is refused and not kept.

Form names are `<step>.<field>`, and `<step>.<number>.<field>` for the items of a loop. `typed` maps a
name to every value posted under it (in Django, `dict(request.POST.lists())`). A draft keeps it in that
form as well, so nothing that was typed is cleaned away before the report is sent.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heedline.intake import engine, fields
from heedline.intake.conditions import AnyOf, Condition, OneOf
from heedline.intake.questions import FieldKind, Question, QuestionPage, QuestionSet, StepKind
from heedline.intake.summary import value_lines

type TypedValues = Mapping[str, Sequence[str]]

#: Items of a loop that stand on the page from the start.
SLOTS = 2


@dataclass(frozen=True, slots=True)
class Block:
    """One step on the page, or one item of a loop.

    `number` counts the items from 1, and is 0 for a step that is not a loop.
    """

    step: QuestionPage
    number: int = 0

    def name_of(self, field: str) -> str:
        """Return the `name` attribute of a field in the page's form."""
        return f"{self.step.slug}.{self.number}.{field}" if self.number else f"{self.step.slug}.{field}"

    def names(self) -> Iterator[str]:
        """Yield the name of every form field that a browser may post for this block."""
        for question in self.step.fields:
            if question.kind is FieldKind.DATE:
                yield from (f"{self.name_of(question.name)}-{part}" for part in fields.DATE_PARTS)
            else:
                yield self.name_of(question.name)


@dataclass(frozen=True, slots=True)
class Unread:
    """Text typed into a field that is not a valid answer to its question."""

    block: Block
    question: Question
    text: str


@dataclass(frozen=True, slots=True)
class PageReading:
    """The result of validating the whole page.

    `answers` holds the clean answers, in the engine's shape. `errors` maps form names to messages, with a
    step's own errors under its first field. `shown` maps form names to what to show again. `refused` holds
    the slugs of steps about the reporter that were filled in without their consent, and `answers` contains
    nothing from them. `astray` holds the slugs of steps that were filled in although they do not apply.
    """

    answers: dict[str, Any]
    errors: dict[str, str]
    shown: dict[str, Any]
    unread: tuple[Unread, ...]
    refused: tuple[str, ...]
    astray: tuple[str, ...]
    told: bool
    """Whether the page contains the reporter's account, or an answer that can replace it."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The page's error messages, in the wording of its site.

    `{step}` is the title of the step that needs another answer first.
    """

    account_missing: str
    choose_first: str
    not_without_leave: str


def slots_of(step: QuestionPage, typed: TypedValues, asked_for: int = 0) -> int:
    """Return the number of loop items that the page shows.

    This covers the items filled in and those requested, and is at least `SLOTS`, within the loop's limits.
    """
    filled = max(
        (n for n in range(1, step.limit_items + 1) if any(_posted(typed, Block(step, n)))),
        default=0,
    )
    return min(step.limit_items, max(SLOTS, asked_for, filled))


def blocks(
    qs: QuestionSet, typed: TypedValues, slots: Mapping[str, int], *, offered: bool
) -> tuple[Block, ...]:
    """Return all blocks of the page, in order.

    `offered` says whether reporters may give their name (see `engine`).
    """
    found: list[Block] = []
    for step in qs.steps:
        if step.needs_identity and not offered:
            continue
        if step.kind is StepKind.QUESTIONS:
            found.append(Block(step))
        elif step.kind is StepKind.LOOP:
            count = slots_of(step, typed, slots.get(step.slug, 0))
            found += [Block(step, number) for number in range(1, count + 1)]
    return tuple(found)


def names(qs: QuestionSet, *, offered: bool) -> frozenset[str]:
    """Return the name of every form field that this page may post, with all loops at their limits."""
    most = {step.slug: step.limit_items for step in qs.steps}
    return frozenset(name for block in blocks(qs, {}, most, offered=offered) for name in block.names())


def without(typed: TypedValues, slugs: Sequence[str]) -> dict[str, Sequence[str]]:
    """Return the typed input, leaving out the fields of the given steps."""
    return {name: values for name, values in typed.items() if name.split(".")[0] not in slugs}


def read_page(qs: QuestionSet, typed: TypedValues, *, offered: bool, phrases: Phrases) -> PageReading:
    """Validate the whole page.

    The messages are the same as on the public site.
    """
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    shown: dict[str, Any] = {}
    unread: list[Unread] = []
    for block in blocks(qs, typed, {}, offered=offered):
        prefix = block.name_of("")
        posted = {name.removeprefix(prefix): typed[name] for name in block.names() if name in typed}
        reading = fields.read(qs, block.step, posted)
        shown |= {block.name_of(name): value for name, value in reading.typed.items()}
        if not any(_texts(value) for value in reading.typed.values()):
            continue  # it was not asked
        for name, message in reading.errors.items():
            errors[block.name_of(name)] = message
            if text := _texts(reading.typed[name]):
                unread.append(Unread(block, block.step.field(name), text))
        if block.number:
            if reading.values:
                items = answers.setdefault(block.step.slug, {"next": 1, "items": []})
                items["items"].append({"id": str(items["next"]), "values": reading.values})
                items["next"] += 1
        else:
            answers[block.step.slug] = reading.values
    _tick_what_was_told(qs, answers)
    counted = engine.counted(qs, answers, identity_offered=offered)
    idle = [step for step in qs.steps if step.slug in answers and step.slug not in counted]
    refused = tuple(step.slug for step in idle if step.private or step.contact)
    astray = tuple(step.slug for step in idle if step.slug not in refused)
    own = [step for step in idle if step.slug in refused]
    for step in own:
        errors = {name: text for name, text in errors.items() if name.split(".")[0] != step.slug}
        errors[Block(step).name_of(step.fields[0].name)] = phrases.not_without_leave.format(step=step.title)
    for step in idle:
        gate = _gate(step.applies)
        if step.slug in astray and gate is not None:
            name = f"{gate.step}.{gate.field}"
            errors.setdefault(name, phrases.choose_first.format(step=step.title))
    answers = {slug: values for slug, values in answers.items() if slug not in refused}
    account = ".".join(qs.narrative)
    told = bool(
        _account(qs, answers)
        or any(answers.get(slug, {}).get(name) for slug, name in qs.stands_for)
        or any(one.block.name_of(one.question.name) == account for one in unread)
    )
    if not told and account not in errors:
        asked = qs.any_step(qs.narrative[0]).field(qs.narrative[1])
        errors[account] = asked.error_required or phrases.account_missing
    return PageReading(
        answers,
        errors,
        shown,
        tuple(one for one in unread if one.block.step.slug not in refused),
        refused,
        astray,
        told,
    )


def whole(qs: QuestionSet, reading: PageReading) -> dict[str, Any]:
    """Return the answers to send, with leftover input added to the account under a heading.

    Information about the reporter is never added to the account. It stays in its own step as it was typed.
    """
    answers = copy.deepcopy(reading.answers)
    lines: list[str] = []
    for slug in reading.astray:
        step = qs.any_step(slug)
        values = answers.pop(slug)
        each = [item["values"] for item in values["items"]] if step.kind is StepKind.LOOP else [values]
        for one in each:
            lines += [
                f"{question.row_label}: {' / '.join(said)}"
                for question in step.fields
                if (said := value_lines(qs, question, one.get(question.name)))
            ]
    for one in reading.unread:
        step = one.block.step
        if step.private or step.contact:
            answers[step.slug] = {**answers.get(step.slug, {}), one.question.name: one.text}
        elif (step.slug, one.question.name) == qs.narrative:
            lines.insert(0, one.text)
        else:
            lines.append(f"{one.question.row_label}: {one.text}")
    if lines:
        slug, name = qs.narrative
        account = "\n".join(filter(None, [_account(qs, answers), *lines]))
        answers[slug] = {**answers.get(slug, {}), name: account}
    return answers


def _account(qs: QuestionSet, answers: Mapping[str, Any]) -> str:
    step, field = qs.narrative
    return str(answers.get(step, {}).get(field, ""))


def _posted(typed: TypedValues, block: Block) -> Iterator[str]:
    for name in block.names():
        yield from (value for value in typed.get(name, ()) if value.strip())


def _texts(value: Any) -> str:
    """Return the typed value of a field as a single string, which is empty if nothing was typed."""
    if isinstance(value, Mapping):
        return " ".join(part for part in value.values() if part.strip())
    if isinstance(value, list):
        return ", ".join(value)
    return str(value).strip()


def _gate(condition: Condition | None) -> OneOf | None:
    """Return a single comparison that is enough to make a step apply, or None if there is none."""
    if isinstance(condition, OneOf):
        return condition
    if isinstance(condition, AnyOf):
        return next((found for part in condition.parts if (found := _gate(part)) is not None), None)
    return None


def _tick_what_was_told(qs: QuestionSet, answers: dict[str, Any]) -> None:
    """Tick the box on which a filled-in step depends, so that the step applies.

    For example, describing a vehicle implies that there is one.
    """
    for step in qs.steps:
        if step.slug not in answers or step.private or step.contact or not step.applies:
            continue
        if step.applies.holds(answers):
            continue
        gates = step.applies.parts if isinstance(step.applies, AnyOf) else (step.applies,)
        for gate in gates:
            if isinstance(gate, OneOf) and _tick(qs, answers, gate):
                break


def _tick(qs: QuestionSet, answers: dict[str, Any], gate: OneOf) -> bool:
    question = qs.any_step(gate.step).field(gate.field)
    if question.kind is not FieldKind.CHOICES:
        return False
    given = answers.get(gate.step, {})
    alone = {choice.value for choice in question.choices if choice.exclusive}
    ticked = set(given.get(gate.field, ()))
    if ticked & alone:
        return False
    wanted = next(choice.value for choice in question.choices if choice.value in gate.values)
    both = [choice.value for choice in question.choices if choice.value in ticked | {wanted}]
    answers[gate.step] = {**given, gate.field: both}
    return True
