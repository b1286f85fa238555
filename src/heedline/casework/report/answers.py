"""What a reporter told, under the questions of then, as every reader of the report may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from heedline.casework.contact import call_back
from heedline.casework.report.opening import OpenedReport
from heedline.casework.report.question_editions import as_asked, questions_of
from heedline.intake.questions import QuestionSet
from heedline.intake.summary import record_rows


@dataclass(frozen=True)
class Told:
    """Rows of what was told, under one heading."""

    title: str
    rows: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False)


def under_headings(asked: QuestionSet, answers: Mapping[str, Any]) -> tuple[Told, ...]:
    """What was answered, under the headings of these questions."""
    return tuple(
        Told(section.title, tuple((row.label, row.lines) for row in section.rows if row.given))
        for section in record_rows(asked, answers)
        if any(row.given for row in section.rows)
    )


def open_answers(opened: OpenedReport, digest: str, kind: str) -> dict[str, Any]:
    """The answers that every reader of the report may see."""
    answers = dict(opened.record.get("answers", {}))
    closed = as_asked(digest, kind)
    if closed is not None:  # the number of a call that was asked for is not for every reader: see `call_back`
        answers = call_back.without_number(answers, closed)
    asked = questions_of(digest, kind)
    if asked is not None and asked.confidence:
        # whether they gave a name is part of who they are: it is told when that is opened, and not before
        answers.pop(asked.roles.get("who", ("", ""))[0], None)
    return answers


def told_sections(opened: OpenedReport, digest: str, kind: str) -> tuple[Told, ...]:
    """What was told, under the questions of then, in the language that officers read."""
    asked = questions_of(digest, kind)
    answers = open_answers(opened, digest, kind)
    if asked is None:  # no archive: the answers all the same, under their bare names
        return (Told("As sent", tuple((name, (str(value),)) for name, value in answers.items())),)
    return under_headings(asked, answers)
