"""The question engine, which decides which pages apply, in which order, and which answers count.

All functions are pure functions of a `QuestionSet` and `Answers`. Nothing here reads a clock, a database
or a request. A condition depends only on earlier, applicable steps. An answer that no longer applies
counts as not given, but stays in the draft, so changing an answer and changing it back loses nothing.
`record.record` drops such answers.

`identity_offered` is False if no authoriser is enrolled. The page that asks for a name then shows only
text.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from heedline.intake.questions import Answers, QuestionPage, QuestionSet, StepKind, Values
from heedline.packs.urgency import Urgency


@dataclass(frozen=True, slots=True)
class Walk:
    """The question pages as they apply to one set of answers.

    `pages` are the pages that apply, in order, and the last is the check page. `answered` are the answers to them, which
    the caller must not change. The answers must not change either while the walk is in use.
    """

    qs: QuestionSet
    answers: Answers
    pages: tuple[QuestionPage, ...]
    answered: Mapping[str, Any]

    def page(self, slug: str) -> QuestionPage | None:
        """Return the page with that slug if it applies, otherwise None."""
        return next((found for found in self.pages if found.slug == slug), None)

    def next_after(self, slug: str) -> str | None:
        """Return the slug of the page that Continue leads to, or None after the check page.

        A page that the door has already answered is skipped. Raises KeyError if there is no such slug.
        """
        order = _order(self.qs)
        here = order[slug]
        if onward := next((found.leads_to for found in self.pages if found.slug == slug), ""):
            return onward
        for found in self.pages:
            if order[found.slug] > here and not (found.by_door and self.answers.get(found.slug)):
                return found.slug
        return None

    def back_from(self, slug: str) -> str | None:
        """Return the slug of the previous page, or None on the first page.

        A page that the door has already answered is skipped. The way back is the way that `next_after` came.
        Raises KeyError if there is no such slug.
        """
        order = _order(self.qs)
        here = order[slug]
        before = None
        for found in self.pages:
            if order[found.slug] >= here:
                break
            if found.leads_to == slug:
                return found.slug
            if not (found.by_door and self.answers.get(found.slug)):
                before = found.slug
        return before

    def skip_target(self, slug: str) -> str | None:
        """Return the slug that "Skip the other questions" leads to, or None if the page has no such button.

        The target is never beyond a page that must be answered. In that case it is that page. The site first
        reads and keeps what was typed on this page (with the page's own errors), and then asks for the target
        with the new answers.
        """
        here = self.page(slug)
        if here is None or not here.skippable:
            return None
        order = _order(self.qs)
        # the page that skipping leads to may not apply to this reporter: then the one after it
        onward = next(
            (s.slug for s in self.pages if order[s.slug] >= order[self.qs.skip_to]), self.pages[-1].slug
        )
        target = self.pages[-1].slug if self.fast else onward
        for needed in self.missing():
            if order[slug] < order[needed] < order[target]:
                return needed
        return target

    def missing(self) -> tuple[str, ...]:
        """Return the slugs of the pages that must still be answered before sending, in order."""
        return tuple(
            s.slug
            for s in self.pages
            if s.needed and s.needed.holds(self.answered) and not self.answered.get(s.slug)
        )

    @property
    def fast(self) -> bool:
        """Return whether the reporter cannot call, so that everything except the account can be skipped."""
        return bool(self.qs.fast and self.qs.fast.holds(self.answered))

    @property
    def urgency(self) -> str:
        """Return the urgency of a report, computed from the answers alone.

        It is an `Urgency`, and is never taken from the client.
        """
        return next((rule.urgency for rule in self.qs.urgencies if rule.when.holds(self.answered)), "routine")


def walk(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> Walk:
    """Return the `Walk` for these answers, with the pages that apply and the answers that count."""
    found: list[QuestionPage] = []
    counted: dict[str, Any] = {}
    for candidate in qs.steps:
        if not _fits(candidate, counted):
            continue
        if candidate.needs_identity and not identity_offered:
            title, paragraphs = candidate.without_identity
            if title:
                found.append(
                    replace(
                        candidate, kind=StepKind.WORDS, title=title, paragraphs=paragraphs,
                        fields=(), needed=None, why="",
                    )
                )  # fmt: skip
            continue
        found.append(candidate.worded(counted))
        if candidate.slug in answers:
            counted[candidate.slug] = answers[candidate.slug]
    return Walk(qs, answers, tuple(found), counted)


def applies(page: QuestionPage, answered: Mapping[str, Any], *, identity_offered: bool) -> bool:
    """Return whether a page applies, given the answers to the pages before it."""
    return _fits(page, answered) and (identity_offered or not page.needs_identity)


def _fits(page: QuestionPage, answered: Mapping[str, Any]) -> bool:
    return not page.applies or page.applies.holds(answered)


def steps(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> tuple[QuestionPage, ...]:
    """Return the pages that currently apply, in order.

    The last is always the check page.
    """
    return walk(qs, answers, identity_offered=identity_offered).pages


def step(qs: QuestionSet, answers: Answers, slug: str, *, identity_offered: bool) -> QuestionPage | None:
    """Return the page with that slug if it currently applies, otherwise None.

    The site then responds with 404.
    """
    return walk(qs, answers, identity_offered=identity_offered).page(slug)


def counted(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> dict[str, Any]:
    """Return a copy of the answers to be sent, leaving out pages that do not apply."""
    return copy.deepcopy(dict(walk(qs, answers, identity_offered=identity_offered).answered))


def next_after(qs: QuestionSet, answers: Answers, slug: str, *, identity_offered: bool) -> str | None:
    """Return `Walk.next_after` for these answers."""
    return walk(qs, answers, identity_offered=identity_offered).next_after(slug)


def back_from(qs: QuestionSet, answers: Answers, slug: str, *, identity_offered: bool) -> str | None:
    """Return `Walk.back_from` for these answers."""
    return walk(qs, answers, identity_offered=identity_offered).back_from(slug)


def skip_target(qs: QuestionSet, answers: Answers, slug: str, *, identity_offered: bool) -> str | None:
    """Return `Walk.skip_target` for these answers."""
    return walk(qs, answers, identity_offered=identity_offered).skip_target(slug)


def after_change(
    qs: QuestionSet, before: Answers, after: Answers, slug: str, *, identity_offered: bool
) -> str:
    """Return the slug of the page to show after one answer was changed from the check page.

    This is the first later page without an answer that applies only because of the change, or that is
    required. Otherwise it is the check page.
    """
    order = _order(qs)
    applied = {found.slug for found in steps(qs, before, identity_offered=identity_offered)}
    now = walk(qs, after, identity_offered=identity_offered)
    wanting = now.missing()
    for found in now.pages:
        new = found.slug not in applied and found.slug not in after
        if order[found.slug] > order[slug] and found.fields and (new or found.slug in wanting):
            return found.slug
    return now.pages[-1].slug


def missing(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> tuple[str, ...]:
    """Return `Walk.missing` for these answers."""
    return walk(qs, answers, identity_offered=identity_offered).missing()


def with_answer(answers: Answers, step: QuestionPage, values: Values) -> dict[str, Any]:
    """Return new answers that include this page's values, leaving the old answers unchanged.

    A page submitted blank is stored as an empty answer, because it has been seen. Loops are changed through
    `loops`.
    """
    if step.kind is not StepKind.QUESTIONS:
        raise ValueError("only a page of questions takes an answer")
    known = {question.name for question in step.fields}
    return {**answers, step.slug: {name: values[name] for name in values if name in known}}


def urgency(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> str:
    """Return `Walk.urgency` for these answers."""
    return walk(qs, answers, identity_offered=identity_offered).urgency


def danger_answered(qs: QuestionSet, answers: Answers) -> bool:
    """Return whether any question about danger has been answered, or True if the set has none."""
    asked = [one for rule in qs.urgencies if rule.urgency == Urgency.DANGER for one in rule.when.looks_at()]
    return not asked or any(answers.get(one.step, {}).get(one.field) for one in asked)


def _order(qs: QuestionSet) -> dict[str, int]:
    return {candidate.slug: at for at, candidate in enumerate(qs.steps)}
