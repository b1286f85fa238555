"""The form of a site: its fields, the site that was posted, and the values of a stored one."""

from __future__ import annotations

from heedline.specialist_desks.protection.content import (
    CHOICES,
    LIMITS,
    NO_NAME,
    NO_POSTCODE,
    SiteFacts,
    choices_of,
)
from heedline.web.components.forms import Field, FieldOption, Form, Select, TextArea, TextInput, Value


def fields() -> tuple[Field, ...]:
    """Return the fields of a site. The choices are those of the request form."""
    return (
        TextInput(name="name", label="Name", required=NO_NAME, limit=LIMITS["name"], names=True),
        TextInput(
            name="postcode",
            label="Postcode",
            required=NO_POSTCODE,
            limit=LIMITS["postcode"],
            width=10,
            latin=True,
            names=True,
        ),
        TextArea(name="address", label="Address", rows=3, limit=LIMITS["address"], names=True, optional=True),
        _choice("sort", "Type of site"),
        _choice("people", "Largest number of people at once"),
        TextArea(
            name="contacts",
            label="Contacts at the site",
            hint="One person a line: name, job, phone number and email address.",
            rows=4,
            limit=LIMITS["contacts"],
            names=True,
            optional=True,
        ),
        TextArea(
            name="weak_spots",
            label="Weak spots",
            hint="Read on this page only. They never go into an email or to another desk.",
            rows=6,
            limit=LIMITS["weak_spots"],
            names=True,
            optional=True,
        ),
    )


def _choice(name: str, label: str) -> Field:
    choices = tuple(FieldOption(value=code, label=words) for code, words in choices_of(name).items())
    return Select(name=name, label=label, choices=choices, blank="Not known yet", optional=True)


def site_of(form: Form) -> SiteFacts:
    """Return the site that a form holds."""
    return SiteFacts(
        texts={name: form.text(name) for name in LIMITS}, codes={name: form.text(name) for name in CHOICES}
    )


def values_of(facts: SiteFacts) -> dict[str, Value]:
    """Return the values of the form's fields for a site."""
    return {**facts.texts, **facts.codes}
