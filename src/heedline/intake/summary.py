"""Answers as labelled lines: the check page, and the same rows for the officer who opens the report."""

from __future__ import annotations

from dataclasses import dataclass

from heedline.intake.questions import Answers, QuestionSet


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a summary list. Show `lines` with `translate="no"` unless `given` is False."""

    label: str
    lines: tuple[str, ...]
    given: bool
    slug: str
    item_id: str | None = None
    """Set for an item of a loop: change it at its own page."""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one heading."""

    title: str
    rows: tuple[Row, ...]


def check_rows(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> tuple[Section, ...]:
    """Everything that would be sent, and what was not given, page by page, in the reporter's words."""
    raise NotImplementedError


def record_rows(qs: QuestionSet, answers: Answers) -> tuple[Section, ...]:
    """The same for the `answers` of an opened report or identity part: only what was given."""
    raise NotImplementedError
