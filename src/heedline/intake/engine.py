"""The only server-side evaluator, which decides which pages apply, in which order, and which answers count.

All functions are pure functions of a `QuestionSet` and `Answers`. Nothing here reads a clock, a database
or a request. A condition depends only on earlier, applicable steps. An answer that no longer applies
counts as not given, but stays in the draft, so changing an answer and changing it back loses nothing.
`record.record` drops such answers.

`identity_offered` is False if no authoriser is enrolled. The page that asks for a name then shows only
text.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from heedline.intake.questions import Answers, QuestionPage, QuestionSet, StepKind, Values
from heedline.packs.urgency import Urgency


def _walk(
    qs: QuestionSet, answers: Answers, identity_offered: bool
) -> tuple[list[QuestionPage], dict[str, Any]]:
    """Return the applicable steps and the answers that count, found in a single pass."""
    found: list[QuestionPage] = []
    counted: dict[str, Any] = {}
    for candidate in qs.steps:
        if candidate.applies and not candidate.applies.holds(counted):
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
        found.append(candidate)
        if candidate.slug in answers:
            counted[candidate.slug] = answers[candidate.slug]
    return found, counted


def steps(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> tuple[QuestionPage, ...]:
    """Return the pages that currently apply, in order.

    The last is always the check page.
    """
    return tuple(_walk(qs, answers, identity_offered)[0])


def step(qs: QuestionSet, answers: Answers, slug: str, *, identity_offered: bool) -> QuestionPage | None:
    """Return the page with that slug if it currently applies, otherwise None.

    The site then responds with 404.
    """
    for found in steps(qs, answers, identity_offered=identity_offered):
        if found.slug == slug:
            return found
    return None


def counted(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> dict[str, Any]:
    """Return a copy of the answers to applicable pages only, which is what would be sent."""
    return copy.deepcopy(_walk(qs, answers, identity_offered)[1])


def next_after(qs: QuestionSet, answers: Answers, slug: str, *, identity_offered: bool) -> str | None:
    """Return the slug of the page that Continue leads to, or None after the check page.

    A page that the door has already answered is skipped. Raises KeyError if there is no such slug.
    """
    order = _order(qs)
    here = order[slug]
    applicable = steps(qs, answers, identity_offered=identity_offered)
    if onward := next((found.leads_to for found in applicable if found.slug == slug), ""):
        return onward
    for found in applicable:
        if order[found.slug] > here and not (found.by_door and answers.get(found.slug)):
            return found.slug
    return None


def back_from(qs: QuestionSet, answers: Answers, slug: str, *, identity_offered: bool) -> str | None:
    """Return the slug of the previous page, or None on the first page.

    A page that the door has already answered is skipped. The way back is the way that `next_after` came.
    Raises KeyError if there is no such slug.
    """
    order = _order(qs)
    here = order[slug]
    before = None
    for found in steps(qs, answers, identity_offered=identity_offered):
        if order[found.slug] >= here:
            break
        if found.leads_to == slug:
            return found.slug
        if not (found.by_door and answers.get(found.slug)):
            before = found.slug
    return before


def skip_target(qs: QuestionSet, answers: Answers, slug: str, *, identity_offered: bool) -> str | None:
    """Return the slug that "Skip the other questions" leads to from here, or None where there is no button.

    The target is never beyond a page that must be answered. In that case it is that page. The site first
    reads and keeps what was typed on this page (with the page's own errors), and then asks for the target
    with the new answers.
    """
    here = step(qs, answers, slug, identity_offered=identity_offered)
    if here is None or not here.skippable:
        return None
    found, answered = _walk(qs, answers, identity_offered)
    order = _order(qs)
    # the page that skipping leads to may not apply to this reporter: then the one after it
    onward = next((s.slug for s in found if order[s.slug] >= order[qs.skip_to]), found[-1].slug)
    target = found[-1].slug if qs.fast and qs.fast.holds(answered) else onward
    for needed in missing(qs, answers, identity_offered=identity_offered):
        if order[slug] < order[needed] < order[target]:
            return needed
    return target


def after_change(
    qs: QuestionSet, before: Answers, after: Answers, slug: str, *, identity_offered: bool
) -> str:
    """Return the slug of the page to show after one answer was changed from the check page.

    This is the first later page without an answer that applies only because of the change, or that is
    required. Otherwise it is the check page.
    """
    order = _order(qs)
    applied = {found.slug for found in steps(qs, before, identity_offered=identity_offered)}
    now = steps(qs, after, identity_offered=identity_offered)
    wanting = missing(qs, after, identity_offered=identity_offered)
    for found in now:
        new = found.slug not in applied and found.slug not in after
        if order[found.slug] > order[slug] and found.fields and (new or found.slug in wanting):
            return found.slug
    return now[-1].slug


def missing(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> tuple[str, ...]:
    """Return the slugs of the pages that must still be answered before the report can be sent, in order."""
    found, answered = _walk(qs, answers, identity_offered)
    return tuple(s.slug for s in found if s.needed and s.needed.holds(answered) and not answered.get(s.slug))


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
    """Return the urgency of a report, computed from the answers alone.

    It is `danger`, `soon` or `routine`, and is never taken from the client.
    """
    answered = _walk(qs, answers, identity_offered)[1]
    for rule in qs.urgencies:
        if rule.when.holds(answered):
            return rule.urgency
    return "routine"


def danger_answered(qs: QuestionSet, answers: Answers) -> bool:
    """Return whether a question that decides about danger is answered, or the set has none."""
    asked = [one for rule in qs.urgencies if rule.urgency == Urgency.DANGER for one in rule.when.looks_at()]
    return not asked or any(answers.get(one.step, {}).get(one.field) for one in asked)


def _order(qs: QuestionSet) -> dict[str, int]:
    return {candidate.slug: at for at, candidate in enumerate(qs.steps)}
