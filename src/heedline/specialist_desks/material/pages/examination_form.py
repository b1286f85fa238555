"""The examination form, with the facts first and then the elements of each provision."""

from __future__ import annotations

from django.conf import settings

from heedline.specialist_desks.material.examination.examining import LONGEST, ExaminationForm
from heedline.specialist_desks.material.examination.law import ExaminationAnswers, MaterialLaw, load_law
from heedline.specialist_desks.material.pages.words import OTHERWISE, OUTCOMES
from heedline.web.components.forms import (
    Checkboxes,
    Field,
    FieldOption,
    Form,
    Radios,
    Select,
    TextArea,
    TextInput,
)

_FACTS = ("what", "maker", "sharer", "audience", "closed_audience", "language")


def fields_of() -> tuple[Field, ...]:
    """Return the fields of the examination form, as defined by the pack's law."""
    law = load_law(settings.PACK)
    return (*_facts(law), *_tests(law), *_ending(law))


def brief_fields() -> tuple[Field, ...]:
    """Return the fields of the short form that finds an item lawful in one act."""
    question = _expression(load_law(settings.PACK), "If none of these, say below why the item is lawful.")
    why = TextInput(name="context", label="What is it, and why is no provision met?", limit=LONGEST)
    return (question, why)


def provision_keys() -> list[tuple[str, str, str]]:
    """Return the shortcut key for each of the first nine provisions, with its field's id and its name."""
    law = load_law(settings.PACK)
    return [
        (str(number), f"test-{code}", one.name)
        for number, (code, one) in enumerate(law.provisions.items(), 1)
        if number < 10
    ]


def _facts(law: MaterialLaw) -> tuple[Field, ...]:
    return (
        Radios(
            name="what",
            label="What is it?",
            required="Choose what it is",
            choices=tuple(FieldOption(value=code, label=words) for code, words in law.what.items()),
            small=True,
        ),
        TextInput(name="maker", label="Who made it?", optional=True, names=True, limit=500),
        TextInput(name="sharer", label="Who shared it?", optional=True, names=True, limit=500),
        Select(
            name="organisation",
            label="Proscribed organisation",
            hint="A provision about such an organisation needs it.",
            blank="None",
            choices=tuple(
                FieldOption(value=code, label=f"{one.name}, proscribed from {one.since:%-d %B %Y}")
                for code, one in law.organisations.items()
            ),
        ),
        Radios(
            name="audience",
            label="Who could see it?",
            required="Choose who could see it",
            choices=tuple(FieldOption(value=code, label=words) for code, words in law.audience.items()),
            small=True,
        ),
        Radios(
            name="closed_audience",
            label="Could telling the company give the reporter away?",
            hint="If few people could see it, they may guess who reported it. A senior officer must approve any notice.",
            required="Answer whether telling the company could give the reporter away",
            choices=(FieldOption(value="yes", label="Yes"), FieldOption(value="no", label="No")),
            inline=True,
            small=True,
        ),
        TextInput(name="language", label="Language", optional=True, limit=100),
        TextArea(
            name="context",
            label="What is shown or said, and in which context?",
            hint="If the item is not unlawful, say here why no provision is met.",
            rows=4,
            limit=LONGEST,
        ),
    )


def _tests(law: MaterialLaw) -> tuple[Field, ...]:
    found: list[Field] = []
    for code, one in law.provisions.items():
        found += [
            Checkboxes(
                name=f"test-{code}",
                label=f"{one.name}: {one.words.lower() if one.words[0].isupper() else one.words}",
                hint="It is met if every statement is true."
                + (" Choose the organisation above." if one.proscribed else ""),
                optional=True,
                choices=tuple(
                    FieldOption(value=str(number), label=words) for number, words in enumerate(one.elements)
                ),
                small=True,
            ),
            TextArea(
                name=f"why-{code}",
                label=f"Reasons for {one.name}",
                rows=2,
                limit=LONGEST,
                size="",
            ),
        ]
    return tuple(found)


def _ending(law: MaterialLaw) -> tuple[Field, ...]:
    return (
        _expression(law, "If it is, it is lawful, and no notice can be written."),
        Radios(
            name="otherwise",
            label="If no provision is met, what is it?",
            choices=tuple(FieldOption(value=str(one), label=OUTCOMES[one]) for one in OTHERWISE),
            small=True,
        ),
        Checkboxes(
            name="hold",
            label="If it is unlawful",
            optional=True,
            choices=(
                FieldOption(
                    value="yes",
                    label="Preserve and investigate: no company is told until a senior officer releases the item",
                ),
            ),
            small=True,
        ),
    )


def _expression(law: MaterialLaw, hint: str) -> Radios:
    return Radios(
        name="expression",
        label=law.expression_question,
        hint=hint,
        required="Answer the question about freedom of expression",
        choices=tuple(FieldOption(value=code, label=one.words) for code, one in law.expression.items()),
        small=True,
    )


def examination(form: Form) -> ExaminationForm:
    """Build an examination from the submitted form."""
    law = load_law(settings.PACK)
    elements = {
        code: frozenset(
            int(one)
            for one in many(form, f"test-{code}")
            if one.isdecimal() and int(one) < len(each.elements)
        )
        for code, each in law.provisions.items()
    }
    return ExaminationForm(
        ExaminationAnswers(
            elements,
            form.text("expression"),
            form.text("organisation"),
            form.text("otherwise"),
            "yes" in many(form, "hold"),
        ),
        {name: form.text(name) for name in _FACTS},
        {code: form.text(f"why-{code}") for code in law.provisions},
        form.text("context"),
    )


def shown_categories(label: str, name: str) -> Checkboxes:
    """Return the field for an item's content categories."""
    law = load_law(settings.PACK)
    return Checkboxes(
        name=name,
        label=label,
        optional=True,
        choices=tuple(FieldOption(value=code, label=words) for code, words in law.categories.items()),
        small=True,
    )


def many(form: Form, name: str) -> list[str]:
    """Return the values of the boxes ticked in a checkbox field."""
    value = form.values.get(name) or []
    return [value] if isinstance(value, str) else [str(one) for one in value]
