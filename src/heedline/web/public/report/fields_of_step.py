"""Build forms from the pack's question pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heedline.intake.questions import FieldKind, Question, QuestionPage
from heedline.web.components.forms import (
    Checkboxes,
    DateInput,
    Field,
    FieldOption,
    Form,
    Radios,
    TextArea,
    TextInput,
)
from heedline.web.public.shell.asking import language, pack

_KINDS_OF_INPUT = {FieldKind.EMAIL: "email", FieldKind.PHONE: "tel"}
_NARROW = {FieldKind.POSTCODE: 10, FieldKind.REGISTRATION: 10, FieldKind.PHONE: 20}
_LATIN = frozenset({FieldKind.POSTCODE, FieldKind.REGISTRATION})
#: Boxes of this many characters and more are tall; how long a text may be stands in the hint of the pack or below.
_TALL = 5000


def form_of(
    step: QuestionPage, typed: Mapping[str, Any], errors: Mapping[str, str], *, may_head: bool = True
) -> Form:
    """Return the form for `step`, with its values and errors.

    `may_head` is False where the page has a heading of its own, so that no label is the page's heading. In another
    language than the pack's first, the questions that are folded away are open: one of them asks for an interpreter.
    """
    heads = may_head and heads_itself(step)
    return Form(
        tuple(_field(question, heads and question is step.fields[0]) for question in step.fields),
        typed,
        errors,
        step.more,
        open_more=language() != pack().first_language,
    )


def heads_itself(step: QuestionPage) -> bool:
    """Return whether the label of the first field is also the page's heading.

    In that case nothing stands between the two, and a screen reader says it once.
    """
    return bool(step.fields and not (step.paragraphs or step.prompts) and step.fields[0].label == step.title)


def is_blank(typed: Mapping[str, Any]) -> bool:
    """Return whether every form value is empty."""
    return not any(any(v.values()) if isinstance(v, Mapping) else v for v in typed.values())


def _field(question: Question, heading: bool) -> Field:
    name, label, hint, more = question.name, question.label, question.hint, question.more
    match question.kind:
        case FieldKind.CHOICE:
            return Radios(
                name=name, label=label, hint=hint, heading=heading, more=more, choices=_choices(question)
            )
        case FieldKind.CHOICES:
            return Checkboxes(
                name=name,
                label=label,
                hint=hint,
                heading=heading,
                more=more,
                choices=_choices(question),
                small=question.compact,
                classes="hl-compact" if question.compact else "",
            )
        case FieldKind.DATE:
            return DateInput(name=name, label=label, hint=hint, heading=heading, more=more)
        case FieldKind.LONG_TEXT:
            return TextArea(
                name=name,
                label=label,
                hint=hint,
                heading=heading,
                more=more,
                rows=10 if question.limit >= _TALL else 2 if question.compact else 4,
                limit=question.limit,
                tell_limit=question.limit < _TALL,
                autocomplete=question.autocomplete,
                names=not question.spellcheck,
            )
        case _:
            return TextInput(
                name=name,
                label=label,
                hint=hint,
                heading=heading,
                more=more,
                kind=_KINDS_OF_INPUT.get(question.kind, "text"),  # type: ignore[arg-type]
                width=_NARROW.get(question.kind),  # type: ignore[arg-type]
                inputmode=question.inputmode,
                autocomplete=question.autocomplete,
                names=not question.spellcheck,
                latin=question.kind in _LATIN,
                limit=question.limit,
            )


def _choices(question: Question) -> tuple[FieldOption, ...]:
    return tuple(
        FieldOption(value=one.value, label=one.text, hint=one.hint, exclusive=one.exclusive)
        for one in question.choices
    )
