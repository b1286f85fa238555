"""A form made of a page's fields, which renders them, reads the posted values and reports errors.

A field is a frozen dataclass that knows its component, its options and how to read what was posted. A
`Form` combines fields with their values and errors. It is created anew for every request and keeps no state.

    FIELDS = (TextArea(name="because", label="Why?", required="Say why you hand it over"),)
    form = Form(FIELDS)                                     # empty
    form = Form(FIELDS, values={"because": "…"})            # filled
    form = Form.posted(FIELDS, request.POST.lists())        # read and checked: form.errors, form.text("because")
    form = Form(FIELDS, values=typed, errors={"because": "Say why you hand it over"})   # checked elsewhere

A value is a `str`, a list of `str` for checkboxes, or `{"day", "month", "year"}` of `str` for dates. Dates
are posted as `<name>-day`, `<name>-month` and `<name>-year`. An error under one of those names marks that
part alone. No field ever carries `required` or `maxlength`, because the browser must not reject or truncate
what a person writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from django.utils.html import format_html
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
    """A set of fields with their values and errors.

    `errors` under the key "" apply to the whole page. `more` is the summary of a `details` element
    with the fields marked `more`. It follows the other fields, and is open if any field in it has a value or an error, or
    if `open_more` is True.
    """

    fields: tuple[Field, ...]
    values: Mapping[str, Value] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    more: str = ""
    open_more: bool = False

    @classmethod
    def posted(cls, fields: tuple[Field, ...], lists: Iterable[tuple[str, Sequence[str]]]) -> Self:
        """Return a form filled with posted data and validated.

        `lists` is `request.POST.lists()`. The caller may add further errors with `but`.
        """
        posted = dict(lists)
        values = {each.name: each.read(posted) for each in fields}
        errors: dict[str, str] = {}
        for each in fields:
            errors |= each.wrong(values[each.name])
        return cls(fields, values, errors)

    def but(self, **errors: str) -> Form:
        """Return a copy of the form with additional errors."""
        return Form(self.fields, self.values, {**self.errors, **errors}, self.more, self.open_more)

    @property
    def multipart(self) -> bool:
        """Return whether the form must be submitted as multipart because it has a file field."""
        return any(isinstance(each, FileInput) for each in self.fields)

    def text(self, name: str) -> str:
        """Return the value of a text field, radios or select, or "" if there is none."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def chosen(self, name: str) -> list[str]:
        """Return the selected values of a checkboxes field."""
        value = self.values.get(name)
        return [] if value is None or isinstance(value, str | Mapping) else list(value)

    def day(self, name: str) -> date | None:
        """Return the value of a date field, or None if its parts are not a valid date."""
        value = self.values.get(name)
        return day_of(value) if isinstance(value, Mapping) else None

    def render(self, name: str) -> SafeString:
        """Return the HTML of one field.

        Raises KeyError if there is no field of that name.
        """
        for each in self.fields:
            if each.name == name:
                return each.render(self.values.get(name), self.errors)
        raise KeyError(name)

    def render_all(self) -> SafeString:
        """Return the HTML of every field, in order, with those marked `more` last."""
        folded = [each for each in self.fields if each.more]
        html = self._rendered(each for each in self.fields if not each.more)
        if not folded:
            return html
        params = {
            "summaryText": self.more,
            "html": self._rendered(folded),
            "open": self.open_more
            or any(self.values.get(each.name) or each.name in self.errors for each in folded),
        }
        return format_html("{}\n{}", html, render("details", params))

    def _rendered(self, fields: Iterable[Field]) -> SafeString:
        parts = [each.render(self.values.get(each.name), self.errors) for each in fields]
        return mark_safe("\n".join(parts))  # noqa: S308 (each part is made by an autoescaping macro)

    def summary(self) -> SafeString:
        """Return the error summary in field order, or "" if there are no errors.

        Each error links to the first control of its field.
        """
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
