"""Answers as labelled rows, for the check page and for the officer who opens the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from unicodedata import bidirectional

from heedline.intake import engine, loops
from heedline.intake.questions import (
    Answers,
    FieldKind,
    Question,
    QuestionPage,
    QuestionSet,
    StepKind,
    Values,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a summary list.

    Templates show `lines` with `translate="no"` unless `given` is False.
    """

    label: str
    lines: tuple[str, ...]
    given: bool
    slug: str
    item_id: str | None = None
    """The id of the loop item that this row shows, or None if it is not an item.

    An item is changed on its own page.
    """


@dataclass(frozen=True, slots=True)
class Section:
    """A group of rows under one heading."""

    title: str
    rows: tuple[Row, ...]


def check_rows(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> tuple[Section, ...]:
    """Return every answer that would be sent and every unanswered question, page by page.

    The answers are in the reporter's own words. A loop without items has a single row, which is changed on
    the loop's page (`item_id` is None).
    """
    shown = engine.steps(qs, answers, identity_offered=identity_offered)
    return _sections(qs, shown, answers, blanks=True)


def record_rows(qs: QuestionSet, answers: Answers) -> tuple[Section, ...]:
    """Return the rows for the `answers` or `identity` of an opened report.

    Only questions that were answered are included.
    """
    return _sections(qs, qs.steps, answers, blanks=False)


def _sections(
    qs: QuestionSet, shown: tuple[QuestionPage, ...], answers: Answers, *, blanks: bool
) -> tuple[Section, ...]:
    rows: dict[str, list[Row]] = {section: [] for section in qs.sections}
    for step in shown:
        if step.kind is StepKind.LOOP:
            rows[step.section] += _loop_rows(qs, step, answers, blanks)
        elif step.kind is StepKind.QUESTIONS:
            rows[step.section] += _field_rows(qs, step, answers.get(step.slug, {}), blanks)
    return tuple(Section(qs.sections[name], tuple(found)) for name, found in rows.items() if found)


def _field_rows(qs: QuestionSet, step: QuestionPage, values: Values, blanks: bool) -> list[Row]:
    rows = []
    for question in step.fields:
        lines = value_lines(qs, question, values.get(question.name))
        if lines:
            rows.append(Row(question.row_label, lines, True, step.slug))
        elif blanks:
            rows.append(Row(question.row_label, (qs.phrases["not_given"],), False, step.slug))
    return rows


def _loop_rows(qs: QuestionSet, step: QuestionPage, answers: Answers, blanks: bool) -> list[Row]:
    rows = []
    for number, item in enumerate(loops.items(answers, step.slug), start=1):
        lines = item_lines(qs, step, item, apart=blanks)
        rows.append(Row(f"{step.item_name} {number}", lines, True, step.slug, item.id))
    if not rows and blanks:
        rows.append(Row(step.item_name, (qs.phrases["not_given"],), False, step.slug))
    return rows


def item_lines(
    qs: QuestionSet, step: QuestionPage, item: loops.Item, *, apart: bool = True
) -> tuple[str, ...]:
    """Return one item of a loop as "label: value" lines.

    They are also used for the card on the loop's own page. `apart` isolates the direction of the reporter's
    input under a right-to-left label, so that a number plate keeps its order. It is not used for officers,
    whose pages show every direction control character, because a reporter may have typed one.
    """
    lines: list[str] = []
    for question in step.fields:
        if found := value_lines(qs, question, item.values.get(question.name)):
            lines.append(_line(question.row_label, found[0], apart))
            lines += found[1:]
    return tuple(lines)


def _line(label: str, said: str, apart: bool) -> str:
    if apart and any(bidirectional(sign) in {"R", "AL"} for sign in label):
        return f"{label}: \N{FIRST STRONG ISOLATE}{said}\N{POP DIRECTIONAL ISOLATE}"
    return f"{label}: {said}"


def value_lines(qs: QuestionSet, question: Question, value: Any) -> tuple[str, ...]:
    """Return one answer as lines of text, or no lines if the question was not answered."""
    if not value:
        return ()
    match question.kind:
        case FieldKind.CHOICE | FieldKind.CHOICES:
            chosen = value if isinstance(value, list) else [value]
            return tuple(choice.text for choice in question.choices if choice.value in chosen)
        case FieldKind.DATE:
            month = qs.months[value["month"] - 1][0] if "month" in value else ""
            parts = (str(value.get("day", "")), month, str(value["year"]))
            return (" ".join(part for part in parts if part),)
        case FieldKind.LONG_TEXT:
            return tuple(value.split("\n"))
    return (value,)
