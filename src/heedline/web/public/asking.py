"""The questions of this installation, in the language of this visit, over one draft's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from heedline.casework.errors import SealingStopped
from heedline.casework.keys import directory as key_directory
from heedline.intake import engine, fields
from heedline.intake.question_files import load_question_set
from heedline.intake.questions import QuestionPage, QuestionSet
from heedline.packs.text.words import Words
from heedline.web.public import beside
from heedline.web.public.languages import language, pack

__all__ = ["PageFlow", "language", "pack", "question_set", "question_sets", "shown", "words"]


def words() -> Words:
    """The texts of the pages."""
    return pack().words(language())


def shown(key: str, **values: object) -> str:
    """One text for a page, as `{% say %}` shows it: HTML where the original stands beside it."""
    return beside.text(words(), key, **values)


#: Under this name a question page posts its kind of report: for whoever posts after the draft has gone. The address
#: does not say it, so neither does the browser's history.
KIND_FIELD = "set"
#: Where somebody stands before the first question of a kind.
_ENTRIES = {
    "person": "reporter:person",
    "online": "reporter:online",
    "advice": "reporter:advice",
}


def first_kind() -> str:
    """The kind of report that is meant where nobody says another: the pack's first."""
    return next(iter(pack().kinds))


def question_set(kind: str = "", *, original: bool = False) -> QuestionSet:
    """The questions for one kind of report; for none, or one that the pack does not have, those of its first.

    `original`: in the language that they were translated from.
    """
    kinds = pack().kinds
    spoken = pack().first_language if original else language()
    return load_question_set(pack(), (kinds.get(kind) or kinds[first_kind()]).question_set, spoken)


def question_sets() -> tuple[QuestionSet, ...]:
    """The questions of every kind of report."""
    return tuple(question_set(kind) for kind in pack().kinds)


def entry(kind: str) -> str:
    """The name of the page before the first question of that kind."""
    return _ENTRIES.get(kind, "reporter:start")


def identity_offered(at: datetime) -> bool:
    """Whether a name may be asked for: only where authorisers could open it, and something can be sealed at all."""
    try:
        return key_directory.identity_offered(at.date())
    except SealingStopped:
        return False


@dataclass(frozen=True, slots=True)
class PageFlow:
    """The engine over one set of answers: which pages apply, and where they lead.

    `original`: the questions that `qs` is a translation of, or `qs` itself.
    """

    qs: QuestionSet
    answers: Mapping[str, Any]
    identity_offered: bool
    original: QuestionSet

    def with_answers(self, answers: Mapping[str, Any]) -> PageFlow:
        """The same questions over other answers."""
        return replace(self, answers=answers)

    def shown(self, step: QuestionPage) -> QuestionPage:
        """A page as it is shown: with the original beside a text that nobody has reviewed."""
        offered = self.identity_offered
        same = engine.step(self.original, self.answers, step.slug, identity_offered=offered)
        return self.pages.step(step, same or self.original.any_step(step.slug))

    def read(self, step: QuestionPage, posted: Mapping[str, list[str]]) -> fields.Reading:
        """What was posted to a page; what is wrong with it, in words for that page."""
        reading = fields.read(self.qs, step, posted)
        if self.qs is self.original or not reading.errors:
            return reading
        was = fields.read(self.original, self.original.any_step(step.slug), posted)
        return replace(reading, errors=self.pages.errors(reading.errors, was.errors))

    @property
    def pages(self) -> beside.Pages:
        """The question pages as they are shown."""
        return beside.Pages(self.qs, self.original)

    def steps(self) -> tuple[QuestionPage, ...]:
        """The pages that apply now; the last is the check page."""
        return engine.steps(self.qs, self.answers, identity_offered=self.identity_offered)

    def step(self, slug: str) -> QuestionPage | None:
        """That page, when it applies."""
        return engine.step(self.qs, self.answers, slug, identity_offered=self.identity_offered)

    def next_after(self, slug: str) -> str:
        """The page after; the check page at the end."""
        return (
            engine.next_after(self.qs, self.answers, slug, identity_offered=self.identity_offered)
            or self.last
        )

    def back_from(self, slug: str) -> str | None:
        """The page before; None from the first."""
        return engine.back_from(self.qs, self.answers, slug, identity_offered=self.identity_offered)

    def skip_target(self, slug: str) -> str | None:
        """Where "Skip the other questions" leads; None where it is not offered."""
        return engine.skip_target(self.qs, self.answers, slug, identity_offered=self.identity_offered)

    def after_change(self, before: Mapping[str, Any], slug: str) -> str:
        """Where Continue leads when `slug` was changed from the check page."""
        return engine.after_change(
            self.qs, before, self.answers, slug, identity_offered=self.identity_offered
        )

    def missing(self) -> tuple[str, ...]:
        """Pages that must be answered before anything can be sent."""
        return engine.missing(self.qs, self.answers, identity_offered=self.identity_offered)

    @property
    def first(self) -> str:
        """The first page."""
        return self.steps()[0].slug

    @property
    def last(self) -> str:
        """The check page."""
        return self.steps()[-1].slug

    @property
    def open_now(self) -> str:
        """The first page without an answer: where somebody who comes back carries on."""
        return next(
            (step.slug for step in self.steps() if step.fields and step.slug not in self.answers), self.last
        )

    @property
    def urgency(self) -> str:
        """What the answers say so far: `danger`, `soon` or `routine`."""
        return engine.urgency(self.qs, self.answers, identity_offered=self.identity_offered)

    @property
    def fast(self) -> bool:
        """Whether the reporter said that they cannot call, so that everything but their words can be left out."""
        counted = engine.counted(self.qs, self.answers, identity_offered=self.identity_offered)
        return bool(self.qs.fast and self.qs.fast.holds(counted))

    def is_call_page(self, step: QuestionPage) -> bool:
        """Whether this is the page that tells them to call."""
        return bool(self.qs.fast) and any(one.step == step.slug for one in self.qs.fast.looks_at())  # type: ignore[union-attr]
