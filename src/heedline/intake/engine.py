"""The one server-side evaluator: which pages apply, in which order, and what happens to answers.

Pure functions over a `QuestionSet` and `Answers`; nothing here reads a clock, a database or a request.
A condition looks only at earlier, applicable steps: an answer that no longer applies counts as not given,
but stays in the draft, so that changing one's mind twice loses nothing. `record.record` drops it.

`identity_offered` is False where no authoriser is enrolled: the page that asks for a name is then words.
"""

from __future__ import annotations

from heedline.intake.questions import Answers, QuestionSet, Step, Values


def steps(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> tuple[Step, ...]:
    """The pages that apply now, in order; the last is always the check page."""
    raise NotImplementedError


def step(qs: QuestionSet, answers: Answers, slug: str, *, identity_offered: bool) -> Step | None:
    """The page of that slug when it applies now, otherwise None (the site answers: not found)."""
    raise NotImplementedError


def next_after(qs: QuestionSet, answers: Answers, slug: str, *, identity_offered: bool) -> str | None:
    """The slug of the next page that applies; None after the check page."""
    raise NotImplementedError


def back_from(qs: QuestionSet, answers: Answers, slug: str, *, identity_offered: bool) -> str | None:
    """The slug of the page before that applies; None from the first."""
    raise NotImplementedError


def skip_target(qs: QuestionSet, answers: Answers, slug: str, *, identity_offered: bool) -> str | None:
    """Where "Skip to sending" leads from here; None where the button is not shown."""
    raise NotImplementedError


def after_change(
    qs: QuestionSet, before: Answers, after: Answers, slug: str, *, identity_offered: bool
) -> str:
    """Where Continue leads when one answer was changed from the check page.

    The first page that applies only since this change and has no answer yet, otherwise the check page.
    """
    raise NotImplementedError


def missing(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> tuple[str, ...]:
    """Slugs of the pages that must still be answered before the report can be sent, in order."""
    raise NotImplementedError


def with_answer(answers: Answers, step: Step, values: Values) -> dict[str, object]:
    """New answers with this page's values in place; the old answers are not changed."""
    raise NotImplementedError


def urgency(qs: QuestionSet, answers: Answers, *, identity_offered: bool) -> str:
    """`danger`, `soon` or `routine`, from the answers alone; never taken from the client."""
    raise NotImplementedError
