"""A report's answers, laid out under the headings of the question set that it was submitted with.

These are the answers that every reader of the report may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from heedline.casework.access import session
from heedline.casework.report.opening import OpenedReport
from heedline.casework.report.question_editions import as_asked, questions_of
from heedline.dispatch.safe_times import SafeTimes, read_safe_times
from heedline.intake.questions import QuestionSet
from heedline.intake.summary import record_rows
from heedline.packs import load_pack


@dataclass(frozen=True)
class AnswerSection:
    """The answers under one heading of the question set."""

    title: str
    rows: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False)


def under_headings(asked: QuestionSet, answers: Mapping[str, Any]) -> tuple[AnswerSection, ...]:
    """Return the answers grouped under the headings of a question set."""
    return tuple(
        AnswerSection(section.title, tuple((row.label, row.lines) for row in section.rows if row.given))
        for section in record_rows(asked, answers)
        if any(row.given for row in section.rows)
    )


def open_answers(opened: OpenedReport, digest: str, kind: str) -> dict[str, Any]:
    """Return the answers that every reader of the report may see."""
    answers = dict(opened.record.get("answers", {}))
    closed = as_asked(digest, kind)
    if closed is not None:  # the number of a call that was asked for is not for every reader: see `call_back`
        answers = without_number(answers, closed)
    asked = questions_of(digest, kind)
    if asked is not None and asked.confidence:
        # whether they gave a name is part of who they are: it is told when that is opened, and not before
        step, name = asked.roles.get("who", ("", ""))
        kept = {key: value for key, value in answers.pop(step, {}).items() if key != name}
        answers |= {step: kept} if kept else {}
    return answers


def told_sections(opened: OpenedReport, digest: str, kind: str) -> tuple[AnswerSection, ...]:
    """Return the answers under their original questions, in the language that officers read."""
    asked = questions_of(digest, kind)
    answers = open_answers(opened, digest, kind)
    if asked is None:  # no archive: the answers all the same, under their bare names
        return (AnswerSection("As sent", tuple((name, (str(value),)) for name, value in answers.items())),)
    return under_headings(asked, answers)


@dataclass(frozen=True)
class CallBackRequest:
    """A call-back requested in a report, taken from the decrypted answers.

    `rows` is everything that an officer may see before it is time to call. `in_words` is true if the
    reporter described the hours in their own words, such as "10 to 11". No program can enforce those, so an officer has
    to read them and say that now is safe. `ticked` is true if they ticked hours: both then apply.
    """

    number: str = field(repr=False)
    times: SafeTimes
    rows: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False)
    in_words: bool
    ticked: bool

    def open_at(self, at: datetime) -> bool:
        """Return whether the telephone number may be shown at this time without a reason being given."""
        return not self.in_words and self.times.covers(at, session.office_zone())

    def ticks_cover(self, at: datetime) -> bool:
        """Return whether what was ticked allows a call at this time. Without hours it is the days alone."""
        zone = session.office_zone()
        return self.times.covers(at, zone) if self.ticked else self.times.covers_day(at, zone)


def wanted(answers: Mapping[str, Any], asked: QuestionSet) -> CallBackRequest | None:
    """Return the call-back requested in these answers, or None if there is none."""
    step, name = asked.roles.get("call_number", ("", ""))
    number = str(answers.get(step, {}).get(name, ""))
    if not number:
        return None

    def said(role: str) -> Any:
        slug, one = asked.roles.get(role, ("", ""))
        return answers.get(slug, {}).get(one) or ()

    days, hours = tuple(said("call_days")), tuple(said("call_hours"))
    rows = tuple(
        (row.label, row.lines)
        for section in record_rows(asked, {step: without_number(answers, asked)[step]})
        for row in section.rows
        if row.given
    )
    return CallBackRequest(
        number=number,
        times=read_safe_times(days, hours, load_pack(settings.PACK).safe_hours),
        rows=rows,
        in_words=bool(said("call_times")),
        ticked=bool(hours),
    )


def without_number(answers: Mapping[str, Any], asked: QuestionSet) -> dict[str, Any]:
    """Return the answers without the call-back number, for pages shown before the call is due."""
    step, name = asked.roles.get("call_number", ("", ""))
    if step not in answers:
        return dict(answers)
    return {**answers, step: {key: value for key, value in answers[step].items() if key != name}}
