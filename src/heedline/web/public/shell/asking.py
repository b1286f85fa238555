"""This installation's questions, in the language of the visit, applied to a draft's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from heedline.casework.errors import SealingStopped
from heedline.casework.keys import directory as key_directory
from heedline.intake import engine, fields
from heedline.intake.question_files import load_question_set
from heedline.intake.questions import QuestionPage, QuestionSet
from heedline.intake.short_forms import shortened
from heedline.packs.tables import Table
from heedline.packs.text.words import Words
from heedline.web.public.shell import beside
from heedline.web.public.shell.languages import language, pack

__all__ = ["PageFlow", "language", "pack", "question_set", "question_sets", "shown", "words"]


def words() -> Words:
    """Return the pack's interface text, in the language of the visit."""
    return pack().words(language())


def shown(key: str, **values: object) -> str:
    """Return a text from the pack as the `{% say %}` tag renders it.

    It is HTML if the original is shown beside it.
    """
    return beside.text(words(), key, **values)


#: Under this name a question page posts its kind of report: for whoever posts after the draft has gone. The address
#: does not say it, so neither does the browser's history.
KIND_FIELD = "set"
#: The short forms of incidents, by the whole form, its language and the kind of incident.
_short: dict[tuple[str, str, str], QuestionSet] = {}


def first_kind() -> str:
    """Return the default kind of report, which is the pack's first."""
    return next(iter(pack().kinds))


def question_set(kind: str = "", *, original: bool = False, incident: str = "") -> QuestionSet:
    """Return the questions for this kind of report.

    Without a kind, or with one that the pack does not have, the questions of the pack's first kind are returned.
    `original` selects the language that they were translated from. `incident` is the kind of an incident, whose form asks
    only some of the pages.
    """
    kinds = pack().kinds
    spoken = pack().first_language if original else language()
    full = load_question_set(pack(), (kinds.get(kind) or kinds[first_kind()]).code, spoken)
    if incident not in pack().incidents:
        return full
    key = (full.digest, spoken, incident)
    if key not in _short:
        _short[key] = shortened(full, pack().incidents[incident].asks, Table, spoken)
    return _short[key]


def question_sets() -> tuple[QuestionSet, ...]:
    """Return the question sets for every kind of report."""
    return tuple(question_set(kind) for kind in pack().kinds)


def door_name(kind: str) -> str:
    """Return the name of a kind's page before the questions among the URLs of the public site."""
    return "start" if kind == first_kind() else kind


def entry(kind: str) -> str:
    """Return the URL name of the page before the first question for this kind of report."""
    return f"reporter:{door_name(kind if kind in pack().kinds else first_kind())}"


def identity_offered(at: datetime) -> bool:
    """Return whether reporters may be asked for their name.

    They may only if authorisers exist who could open it and sealing is possible at all.
    """
    try:
        return key_directory.identity_offered(at.date())
    except SealingStopped:
        return False


@dataclass(frozen=True)
class PageFlow:
    """The question engine for one set of answers, which decides the pages that apply and their order.

    `original` is the question set that `qs` is a translation of, or `qs` itself. The questions are walked once, so the
    answers must not change.
    """

    qs: QuestionSet
    answers: Mapping[str, Any]
    identity_offered: bool
    original: QuestionSet

    @cached_property
    def walk(self) -> engine.Walk:
        """Return the question pages as they apply to the answers."""
        return engine.walk(self.qs, self.answers, identity_offered=self.identity_offered)

    def with_answers(self, answers: Mapping[str, Any]) -> PageFlow:
        """Return a copy of this flow with different answers."""
        return PageFlow(self.qs, answers, self.identity_offered, self.original)

    def shown(self, step: QuestionPage) -> QuestionPage:
        """Return a page as displayed, with the original beside any text that has not been reviewed."""
        if self.qs is self.original:
            return step
        offered = self.identity_offered
        same = engine.step(self.original, self.answers, step.slug, identity_offered=offered)
        return self.pages.step(step, same or self.original.any_step(step.slug))

    def read(self, step: QuestionPage, posted: Mapping[str, list[str]]) -> fields.Reading:
        """Validate what was posted to a page and return the result, with errors worded for that page."""
        reading = fields.read(self.qs, step, posted)
        if self.qs is self.original or not reading.errors:
            return reading
        was = fields.read(self.original, self.original.any_step(step.slug), posted)
        return replace(reading, errors=self.pages.errors(reading.errors, was.errors))

    @property
    def pages(self) -> beside.Pages:
        """Return the question pages, with the original text beside any unreviewed translation."""
        return beside.Pages(self.qs, self.original)

    def steps(self) -> tuple[QuestionPage, ...]:
        """Return the pages that currently apply.

        The last is the check page.
        """
        return self.walk.pages

    def step(self, slug: str) -> QuestionPage | None:
        """Return the page with this slug, or None if it does not apply."""
        return self.walk.page(slug)

    def next_after(self, slug: str) -> str:
        """Return the slug of the next page, which is the check page at the end."""
        return self.walk.next_after(slug) or self.last

    def back_from(self, slug: str) -> str | None:
        """Return the slug of the previous page, or None for the first page."""
        return self.walk.back_from(slug)

    def skip_target(self, slug: str) -> str | None:
        """Return the slug that "Skip the other questions" leads to, or None where it is not offered."""
        return self.walk.skip_target(slug)

    def after_change(self, before: Mapping[str, Any], slug: str) -> str:
        """Return the slug that Continue leads to after `slug` was changed from the check page."""
        return engine.after_change(
            self.qs, before, self.answers, slug, identity_offered=self.identity_offered
        )

    def missing(self) -> tuple[str, ...]:
        """Return the slugs of the pages that must be answered before the report can be sent."""
        return self.walk.missing()

    @property
    def first(self) -> str:
        """Return the slug of the first page."""
        return self.steps()[0].slug

    @property
    def last(self) -> str:
        """Return the slug of the check page."""
        return self.steps()[-1].slug

    @property
    def open_now(self) -> str:
        """Return the slug of the first unanswered page, where a returning reporter continues."""
        return next(
            (step.slug for step in self.steps() if step.fields and step.slug not in self.answers), self.last
        )

    @property
    def urgency(self) -> str:
        """Return the urgency indicated by the answers so far, as an `Urgency`."""
        return self.walk.urgency

    @property
    def fast(self) -> bool:
        """Return whether the reporter cannot call, so that everything except the account can be skipped."""
        return self.walk.fast

    def is_call_page(self, step: QuestionPage) -> bool:
        """Return whether this is the page that tells the reporter to call."""
        return bool(self.qs.fast) and any(one.step == step.slug for one in self.qs.fast.looks_at())  # type: ignore[union-attr]
