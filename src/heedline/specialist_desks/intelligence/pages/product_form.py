"""The form of a product: its fields, the product that was posted, and the values of a stored one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from heedline.casework.products import content
from heedline.casework.products.content import GradedText, Product, tidied
from heedline.web.components.forms import (
    Checkboxes,
    Field,
    FieldOption,
    Form,
    Radios,
    Select,
    TextArea,
    TextInput,
    Value,
)

#: The text of the first option of each grade, which selects nothing.
_CHOOSE: Final = "Choose"
_LONG: Final = frozenset({"risk", "conditions"})
_LABELS: Final = {
    "purpose": ("Purpose", "What the recipient needs this for."),
    "title": ("Title", "Without the names of people."),
    "subject": ("Subject line", "SURNAME Forename, date of birth, reference. Leave out what is not known."),
    "dated": ("Date of the intelligence", "When it happened, no more exactly than is needed."),
    "risk": (
        "Risk assessment",
        "What could happen to the source, the subject or the public if this is shared or acted on.",
    ),
    "caveat": ("Caveat", ""),
    "conditions": ("Conditions of handling code C", "What the recipient may and may not do."),
}
_OPTIONAL: Final = frozenset({"caveat", "conditions"})


def _options(named: Mapping[str, str]) -> tuple[FieldOption, ...]:
    return tuple(
        FieldOption(value=code, label=f"{code}: {words}" if len(code) < 3 else words)
        for code, words in named.items()
    )


def _text(name: str) -> Field:
    label, hint = _LABELS[name]
    if name in _LONG:
        return TextArea(
            name=name, label=label, hint=hint, rows=4, limit=content.LIMITS[name], optional=name in _OPTIONAL
        )
    return TextInput(
        name=name, label=label, hint=hint, limit=content.LIMITS[name], names=True, optional=name in _OPTIONAL
    )


def _graded(name: str, label: str, hint: str = "") -> tuple[Field, ...]:
    return (
        TextArea(name=name, label=label, hint=hint, rows=4, limit=content.ITEM_LIMIT, names=True),
        Select(
            name=f"{name}_source",
            label=f"Source evaluation of {_inside(label)}",
            choices=_options(content.SOURCES),
            blank=_CHOOSE,
            size="",
        ),
        Select(
            name=f"{name}_assessment",
            label=f"Intelligence assessment of {_inside(label)}",
            choices=_options(content.ASSESSMENTS),
            blank=_CHOOSE,
            size="",
        ),
    )


def _inside(label: str) -> str:
    return "the provenance" if label == "Provenance" else label.lower()


def fields(items: int) -> tuple[Field, ...]:
    """Return the fields of a product with this many items. Nothing is chosen in advance."""
    numbered = tuple(
        each for number in range(1, items + 1) for each in _graded(f"item{number}", f"Item {number}")
    )
    return (
        Radios(name="marking", label="Marking", choices=_options(content.MARKINGS), small=True),
        *(_text(name) for name in ("title", "subject", "dated", "purpose")),
        *numbered,
        *_graded("provenance", "Provenance", "How the source knows it. This stays at the desk."),
        Radios(name="confidence", label="Confidence", choices=_options(content.CONFIDENCE), small=True),
        _text("risk"),
        Radios(name="handling", label="Handling code", choices=_options(content.HANDLING), small=True),
        Checkboxes(
            name="actions",
            label="Action code",
            hint="Exactly one, for handling code C only.",
            choices=_options(content.ACTIONS),
            small=True,
            optional=True,
        ),
        Checkboxes(
            name="sanitisation",
            label="Sanitisation code",
            hint="Exactly one, for handling code C only.",
            choices=_options(content.SANITISATION),
            small=True,
            optional=True,
        ),
        _text("conditions"),
        _text("caveat"),
    )


def product_of(form: Form) -> Product:
    """Return the product that a form holds. Items after the last one with anything in it are left out."""
    names = [each.name for each in form.fields if each.name.startswith("item") and "_" not in each.name]
    items = [_graded_of(form, name) for name in names]
    while items and items[-1].is_empty:
        items.pop()
    return Product(
        texts={name: tidied(form.text(name), lines=name in _LONG) for name in content.LIMITS},
        codes={name: form.text(name) for name in ("marking", "confidence", "handling")},
        actions=tuple(form.chosen("actions")),
        sanitisation=tuple(form.chosen("sanitisation")),
        items=tuple(items),
        provenance=_graded_of(form, "provenance"),
    )


def _graded_of(form: Form, name: str) -> GradedText:
    return GradedText(tidied(form.text(name)), form.text(f"{name}_source"), form.text(f"{name}_assessment"))


def values_of(product: Product) -> dict[str, Value]:
    """Return the values of the form's fields for a stored product."""
    values: dict[str, Value] = {**product.texts, **product.codes}
    values |= {"actions": list(product.actions), "sanitisation": list(product.sanitisation)}
    for name, one in product.graded():
        values |= {name: one.text, f"{name}_source": one.source, f"{name}_assessment": one.assessment}
    return values
