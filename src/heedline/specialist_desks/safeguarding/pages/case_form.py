"""The form of a case: its fields, the case that was posted, and the values of a stored one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from heedline.intake.fields import tidy
from heedline.specialist_desks.safeguarding import regimes
from heedline.specialist_desks.safeguarding.content import AGES, CATEGORIES, LIMITS, SupportCase
from heedline.web.components.forms import Field, FieldOption, Form, Radios, TextArea, TextInput, Value


def _options(named: dict[str, str]) -> tuple[FieldOption, ...]:
    return tuple(FieldOption(value=code, label=words) for code, words in named.items())


FIELDS: Final[tuple[Field, ...]] = (
    TextInput(
        name="name",
        label="Name of the person",
        hint="If it is not known, how they are described.",
        required="Enter the name, or how the person is described",
        limit=LIMITS["name"],
        names=True,
    ),
    TextInput(
        name="names",
        label="Other names and spellings",
        limit=LIMITS["names"],
        names=True,
        optional=True,
    ),
    Radios(
        name="age",
        label="Age",
        choices=_options(AGES),
        required="Choose the age, or that it is not known",
        small=True,
    ),
    TextInput(
        name="born",
        label="Date of birth or approximate age",
        limit=LIMITS["born"],
        optional=True,
    ),
    TextInput(
        name="address",
        label="Address or area",
        limit=LIMITS["address"],
        names=True,
        optional=True,
    ),
    Radios(
        name="regime",
        label="Where the person lives",
        hint="If it is not known, choose where your desk is.",
        choices=tuple(
            FieldOption(value=code, label=one.name) for code, one in regimes.rules().regimes.items()
        ),
        required="Choose where the person lives",
        small=True,
    ),
    Radios(
        name="category",
        label="What the concern is about",
        choices=_options(CATEGORIES),
        required="Choose what the concern is about",
        small=True,
    ),
    TextArea(
        name="concern",
        label="The concern",
        hint="What the person does or says, and what has changed. Not what they are or believe.",
        required="Say what the concern is",
        rows=6,
        limit=LIMITS["concern"],
        names=True,
    ),
)

#: The fields of a case that is open already.
WRITING: Final[tuple[Field, ...]] = (
    *FIELDS,
    TextArea(
        name="plan",
        label="Support plan",
        hint="What the person needs, each action, who does it, and by when.",
        rows=8,
        limit=LIMITS["plan"],
        optional=True,
        names=True,
    ),
)


def offer_fields(people: Iterable[tuple[UUID, str]]) -> tuple[Field, ...]:
    """Return the field of the form that offers the risk of a case to one of these colleagues."""
    options = tuple(FieldOption(value=str(ident), label=name) for ident, name in people)
    return (
        Radios(
            name="to",
            label="Colleague",
            choices=options,
            required="Choose a colleague of the desk",
            small=True,
        ),
    )


def case_of(form: Form) -> SupportCase:
    """Return the case that a form holds."""
    return SupportCase(
        texts={name: tidy(form.text(name), lines=name in ("concern", "plan")).strip() for name in LIMITS},
        codes={name: form.text(name) for name in ("age", "category", "regime")},
    )


def values_of(case: SupportCase) -> dict[str, Value]:
    """Return the values of the form's fields for a stored case."""
    return {**case.texts, **case.codes}
