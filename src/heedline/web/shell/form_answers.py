"""Format a form's answers as text."""

from __future__ import annotations

from heedline.web.components.forms import Checkboxes, DateInput, FieldOption, Form, Radios, Select


def shown(form: Form) -> list[tuple[str, str]]:
    """Return a form's answers as (label, text) pairs, using the text of the choices.

    Several choices are listed one under the other.
    """
    return [(label, value) for _, label, value in said(form, between="\n")]


def said(form: Form, *, between: str = "; ") -> list[tuple[str, str, str]]:
    """Return a form's answers as (name, label, text), joining multiple choices with `between`."""
    answers = []
    for each in form.fields:
        choices = each.choices if isinstance(each, Radios | Select | Checkboxes) else ()
        names = {one.value: one.label for one in choices if isinstance(one, FieldOption)}
        given = form.chosen(each.name) if isinstance(each, Checkboxes) else [form.text(each.name)]
        if isinstance(each, DateInput) and (day := form.day(each.name)) is not None:
            given = [f"{day:%-d %B %Y}"]
        words = between.join(names.get(value, value) for value in given if value)
        if words and each.label:
            answers.append((each.name, each.label, words))
    return answers
