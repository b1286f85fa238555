"""Fields of a page as data, and the form that shows them, reads them and says what is wrong.

A field is a frozen dataclass that knows its component, its options and how to read what was posted. A `Form` is
fields with what was typed and what is wrong with it; it is made anew for every request and keeps nothing.

    FIELDS = (TextArea(name="because", label="Why?", required="Say why you hand it over"),)
    form = Form(FIELDS)                                     # empty
    form = Form(FIELDS, values={"because": "…"})            # filled
    form = Form.posted(FIELDS, request.POST.lists())        # read and checked: form.errors, form.text("because")
    form = Form(FIELDS, values=typed, errors={"because": "Say why you hand it over"})   # checked elsewhere

Shapes of a value: `str`; a list of `str` for checkboxes; `{"day", "month", "year"}` of `str` for dates. Dates are
posted as `<name>-day`, `<name>-month`, `<name>-year`; an error under one of those names marks that part alone.
No field ever carries `required` or `maxlength`: the browser must not refuse or cut what a person writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from django.utils.safestring import SafeString, mark_safe

from heedline.web.components.fields import (
    Checkboxes,
    DateInput,
    Divider,
    Field,
    FieldOption,
    FileInput,
    Hidden,
    Radios,
    Select,
    TextArea,
    TextInput,
    Value,
)
from heedline.web.components.own_words import said
from heedline.web.components.rendering import render
from heedline.web.components.typed_dates import PARTS, day_of

__all__ = [
    "Checkboxes",
    "DateInput",
    "Divider",
    "Field",
    "FieldOption",
    "FileInput",
    "Form",
    "Hidden",
    "Radios",
    "Select",
    "TextArea",
    "TextInput",
    "Value",
]


@dataclass(frozen=True, slots=True)
class Form:
    """Fields, what was typed in them and what is wrong. `errors` under "" belong to the whole page."""

    fields: tuple[Field, ...]
    values: Mapping[str, Value] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def posted(cls, fields: tuple[Field, ...], lists: Iterable[tuple[str, Sequence[str]]]) -> Self:
        """Read and checked; `lists` is `request.POST.lists()`. Whoever calls may add errors with `but`."""
        posted = dict(lists)
        values = {each.name: each.read(posted) for each in fields}
        errors: dict[str, str] = {}
        for each in fields:
            errors |= each.wrong(values[each.name])
        return cls(fields, values, errors)

    def but(self, **errors: str) -> Form:
        """The same form with more that is wrong."""
        return Form(self.fields, self.values, {**self.errors, **errors})

    @property
    def multipart(self) -> bool:
        """Whether the page must be sent with files."""
        return any(isinstance(each, FileInput) for each in self.fields)

    def text(self, name: str) -> str:
        """One line or many, or the value of radios and selects; "" when there is none."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def chosen(self, name: str) -> list[str]:
        """The values of checkboxes."""
        value = self.values.get(name)
        return [] if value is None or isinstance(value, str | Mapping) else list(value)

    def day(self, name: str) -> date | None:
        """The date, when its parts make one."""
        value = self.values.get(name)
        return day_of(value) if isinstance(value, Mapping) else None

    def render(self, name: str) -> SafeString:
        """One field. KeyError when there is none of that name."""
        for each in self.fields:
            if each.name == name:
                return each.render(self.values.get(name), self.errors)
        raise KeyError(name)

    def render_all(self) -> SafeString:
        """Every field, in order."""
        parts = [each.render(self.values.get(each.name), self.errors) for each in self.fields]
        return mark_safe("\n".join(parts))  # noqa: S308 (each part is made by an autoescaping macro)

    def summary(self) -> SafeString:
        """What is wrong, in the order of the fields, each leading to its first control; "" when nothing is."""
        if not self.errors:
            return SafeString("")
        places = {"": ""}
        for each in self.fields:
            places[each.name] = f"#{each.first_id}"
            if isinstance(each, DateInput):
                places |= {f"{each.name}-{part}": f"#{each.name}-{part}" for part in PARTS}
        listed = [
            {"text": self.errors[name], "href": href} for name, href in places.items() if name in self.errors
        ]
        listed += [
            {"text": text, "href": f"#{name}"} for name, text in self.errors.items() if name not in places
        ]
        return render(
            "error-summary",
            {
                "titleText": said("There is a problem"),
                "errorList": listed,
                # Moves the focus without a script; upstream's script does the same where it runs.
                "attributes": {"tabindex": "-1", "autofocus": {"value": True, "optional": True}},
            },
        )
