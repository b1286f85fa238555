"""Transfer a draft's answers from one question set to another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from heedline.intake import loops
from heedline.intake.questions import Answers, FieldKind, QuestionPage, QuestionSet, StepKind
from heedline.intake.summary import value_lines

#: Kinds of answer that somebody typed, and that must not be lost when the other form does not ask for them.
_TYPED = frozenset(
    {FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.POSTCODE, FieldKind.REGISTRATION, FieldKind.DATE}
)


def moved(old: QuestionSet, new: QuestionSet, answers: Answers) -> dict[str, Any]:
    """Return the answers to the form `old`, converted for the form `new`.

    Answers to questions that both forms ask are kept unchanged. Everything else that was typed is added to
    the account. Choices that only the old form offers are dropped, and so are private answers and ways to
    reach the reporter, because the new form asks for those itself. The account may become longer than the
    form allows, in which case its page says so.
    """
    kept: dict[str, Any] = {}
    said: list[str] = []
    targets = {step.slug: step for step in new.steps}
    for step in old.steps:
        given = answers.get(step.slug)
        if step.slug == old.narrative[0]:
            given = {name: value for name, value in (given or {}).items() if name != old.narrative[1]}
        if not given or step.private or step.contact:
            continue
        same = targets.get(step.slug)
        if same is not None and _asked(same) == _asked(step):
            kept[step.slug] = given
        else:
            said += _lines(old, step, given)
    account = str(answers.get(old.narrative[0], {}).get(old.narrative[1], ""))
    if text := "\n".join(filter(None, (account, *said))):
        kept[new.narrative[0]] = {**kept.get(new.narrative[0], {}), new.narrative[1]: text}
    return kept


def _asked(step: QuestionPage) -> tuple[Any, ...]:
    """Return a page's kind and fields, which must match another page's for an answer to be transferred."""
    fields = ((one.name, one.kind, tuple(choice.value for choice in one.choices)) for one in step.fields)
    return step.kind, tuple(fields)


def _lines(qs: QuestionSet, step: QuestionPage, given: Any) -> Iterator[str]:
    each = (
        [one.values for one in loops.items({step.slug: given}, step.slug)]
        if step.kind is StepKind.LOOP
        else [given]
    )
    for values in each:
        for question in step.fields:
            if question.kind in _TYPED and (lines := value_lines(qs, question, values.get(question.name))):
                yield f"{question.row_label}: {' '.join(lines)}"
