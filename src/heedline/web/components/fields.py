"""Form fields as frozen dataclasses, each with its component, its options and a method that reads its value.

A value is a `str`, a list of `str` for checkboxes, or `{"day", "month", "year"}` of `str` for dates, which
are posted as `<name>-day`, `<name>-month` and `<name>-year`. No field ever carries `required` or
`maxlength`, because the browser must not reject or truncate what a person writes.
`heedline.web.components.forms` combines fields into forms.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from heedline.web.components.own_words import said, word
from heedline.web.components.rendering import render
from heedline.web.components.typed_dates import PARTS, day_of, number_of

Value = str | Sequence[str] | Mapping[str, str] | None
Posted = Mapping[str, Sequence[str]]

_DATE_WIDTHS = {
    "day": "govuk-input--width-2",
    "month": "govuk-input--width-3",
    "year": "govuk-input--width-4",
}
#: Text goes to no writing service, and shows in its own direction whatever the page's.
_TEXT_ATTRIBUTES = {"writingsuggestions": "false", "dir": "auto"}
_LATIN = _TEXT_ATTRIBUTES | {"dir": "ltr"}
_LEFT_TO_RIGHT = frozenset({"tel", "email", "url"})


def cleaned(text: str) -> str:
    """Return text with line endings normalised, control characters removed and outer whitespace stripped."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOption:
    """An option in a group of radios or checkboxes, or in a select.

    `exclusive` marks a "none of these" option, which clears the others.
    """

    value: str
    label: str
    hint: str = ""
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Divider:
    """A divider between two options, such as "or"."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Base class for form fields.

    `heading` makes the label the page's H1. `optional` says so in the label. `required` is the error message
    shown when the field is blank. `more` puts the field into the form's `details` element. `size` is the size of
    the label: "l", "m", "s" or "" (plain). The default is "l" for a heading and "s" otherwise.
    """

    component: ClassVar[str]

    name: str
    label: str
    hint: str = ""
    heading: bool = False
    optional: bool = False
    required: str = ""
    more: bool = False
    size: Literal["l", "m", "s", "", "by heading"] = "by heading"
    classes: str = ""

    @property
    def first_id(self) -> str:
        """Return the id of the field's first control, which the error summary links to."""
        return self.name

    def read(self, posted: Posted) -> Value:
        """Return the cleaned value of the posted field, in the form used to redisplay it."""
        return cleaned(posted.get(self.name, [""])[-1])

    def wrong(self, value: Value) -> dict[str, str]:
        """Return the errors in a value returned by `read`, keyed by field name.

        The dictionary is empty if the value is valid.
        """
        return {self.name: self.required} if self.required and not value else {}

    def params(self, value: Value, errors: Mapping[str, str]) -> dict[str, Any]:
        """Return the options for the field's component."""
        params: dict[str, Any] = {"name": self.name, "id": self.name, "label": self._caption("govuk-label")}
        return params | self._told(errors)

    def render(self, value: Value, errors: Mapping[str, str]) -> SafeString:
        """Return the field's HTML, including its value and errors."""
        return render(self.component, self.params(value, errors))

    def _caption(self, block: str) -> dict[str, Any]:
        text = f"{self.label} {word('(optional)')}" if self.optional else self.label
        size = ("l" if self.heading else "s") if self.size == "by heading" else self.size
        return {"text": text, "isPageHeading": self.heading, "classes": f"{block}--{size}" if size else ""}

    def _told(self, errors: Mapping[str, str]) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if self.classes:
            told["classes"] = self.classes
        if self.hint:
            told["hint"] = {"text": self.hint}
        if message := errors.get(self.name):
            told["errorMessage"] = {"text": message}
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class TextInput(Field):
    """A single-line text input.

    `width` is in characters. `names` marks a field for the names of people, places or users, which must not
    be sent to a spell-checking service. `latin` marks one for a postcode or a number plate: like a telephone number, an
    email or a web address, it reads from left to right in every language, also while it is empty.

    `autocomplete` stays off, except for the user's own contact details ("name", "email", "tel": WCAG 1.3.5).
    """

    component: ClassVar[str] = "input"

    kind: Literal["text", "tel", "email", "url", "search", "password"] = "text"
    width: Literal[2, 3, 4, 5, 10, 20] | None = None
    inputmode: str = ""
    autocomplete: str = "off"
    names: bool = False
    latin: bool = False
    limit: int = 500

    def wrong(self, value: Value) -> dict[str, str]:
        """Return an error if a required value is blank or the value is too long."""
        return Field.wrong(self, value) or _too_long(self.name, value, self.limit)

    @property
    def _attributes(self) -> dict[str, str]:
        if self.kind == "password":
            return {"dir": "auto"}
        return _LATIN if self.latin or self.kind in _LEFT_TO_RIGHT else _TEXT_ATTRIBUTES

    def params(self, value: Value, errors: Mapping[str, str]) -> dict[str, Any]:
        """Return the options for the component.

        A password is never redisplayed.
        """
        params = Field.params(self, value, errors) | {
            "type": self.kind,
            "autocomplete": self.autocomplete,
            "inputmode": self.inputmode,
            "attributes": self._attributes,
            "classes": " ".join(
                filter(None, [self.classes, self.width and f"govuk-input--width-{self.width}"])
            ),
        }
        if value and self.kind != "password":
            params["value"] = value
        if self.names or self.kind in {"email", "url", "password"}:
            params["spellcheck"] = False
            params["autocapitalize"] = "none" if self.kind != "text" else ""
        return params


@dataclass(frozen=True, slots=True, kw_only=True)
class TextArea(Field):
    """A multi-line text input.

    The text under the box states `limit`. The box does not truncate what is typed.
    """

    component: ClassVar[str] = "textarea"

    rows: int = 5
    limit: int = 10_000
    tell_limit: bool = False
    autocomplete: str = "off"
    names: bool = False

    def wrong(self, value: Value) -> dict[str, str]:
        """Return an error if a required value is blank or the value is too long."""
        return Field.wrong(self, value) or _too_long(self.name, value, self.limit)

    def params(self, value: Value, errors: Mapping[str, str]) -> dict[str, Any]:
        """Return the options for the component."""
        params = Field.params(self, value, errors) | {
            "rows": self.rows,
            "autocomplete": self.autocomplete,
            "attributes": _TEXT_ATTRIBUTES,
            "value": value or "",
        }
        if self.names:
            params["spellcheck"] = False
        if self.tell_limit:
            params["limitText"] = said("You can write up to {limit} characters.", limit=self.limit)
            params["describedBy"] = f"{self.name}-limit"
        return params


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group(Field):
    """Base class for several controls grouped under one legend."""

    choices: tuple[FieldOption | Divider, ...]
    small: bool = False

    def _group(self, errors: Mapping[str, str], block: str) -> dict[str, Any]:
        params = {"name": self.name, "idPrefix": self.name} | self._told(errors)
        params["fieldset"] = {"legend": self._caption("govuk-fieldset__legend")}
        if self.small:
            params["classes"] = f"{block}--small {self.classes}".strip()
        return params

    def _items(self, chosen: Sequence[str]) -> list[dict[str, Any]]:
        return [
            {"divider": each.text}
            if isinstance(each, Divider)
            else {
                "value": each.value,
                "text": each.label,
                "hint": {"text": each.hint} if each.hint else None,
                "behaviour": "exclusive" if each.exclusive else None,
                "checked": each.value in chosen,
            }
            for each in self.choices
        ]

    def _offered(self) -> set[str]:
        return {each.value for each in self.choices if isinstance(each, FieldOption)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Radios(_Group):
    """A single choice from a few options.

    Use `inline` only for two short options. With `focused`, the first option has the focus when the page opens.
    """

    component: ClassVar[str] = "radios"

    inline: bool = False
    focused: bool = False

    def read(self, posted: Posted) -> Value:
        """Return the selected value, or "" if it is not one of the choices."""
        value = posted.get(self.name, [""])[-1]
        return value if value in self._offered() else ""

    def params(self, value: Value, errors: Mapping[str, str]) -> dict[str, Any]:
        """Return the options for the component."""
        params = self._group(errors, "govuk-radios")
        if self.inline:
            params["classes"] = f"govuk-radios--inline {params.get('classes', '')}".strip()
        items = self._items([value] if isinstance(value, str) else [])
        if self.focused:
            items[0]["attributes"] = {"autofocus": {"value": True, "optional": True}}
        return params | {"items": items}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkboxes(_Group):
    """Any number of choices from a list.

    An exclusive choice is kept on its own, whatever else the browser sent.
    """

    component: ClassVar[str] = "checkboxes"

    def read(self, posted: Posted) -> Value:
        """Return the selected values that are valid choices, in the order of the choices."""
        sent = set(posted.get(self.name, []))
        chosen = [each for each in self.choices if isinstance(each, FieldOption) and each.value in sent]
        alone = [each.value for each in chosen if each.exclusive]
        return alone[:1] or [each.value for each in chosen]

    def params(self, value: Value, errors: Mapping[str, str]) -> dict[str, Any]:
        """Return the options for the component."""
        chosen = [value] if isinstance(value, str) else list(value or ())
        return self._group(errors, "govuk-checkboxes") | {"items": self._items(chosen)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Field):
    """A single choice from a long list, used on the office site only.

    `blank` is the text of the first option, which selects nothing.
    """

    component: ClassVar[str] = "select"

    choices: tuple[FieldOption, ...]
    blank: str | None = ""

    def read(self, posted: Posted) -> Value:
        """Return the selected value, or "" if it is not one of the choices."""
        value = posted.get(self.name, [""])[-1]
        return value if value in {each.value for each in self.choices} else ""

    def params(self, value: Value, errors: Mapping[str, str]) -> dict[str, Any]:
        """Return the options for the component."""
        items = [
            {"value": each.value, "text": each.label, "selected": each.value == value}
            for each in self.choices
        ]
        if self.blank is not None:
            items.insert(0, {"value": "", "text": self.blank, "selected": not value})
        return Field.params(self, value, errors) | {"items": items}


@dataclass(frozen=True, slots=True, kw_only=True)
class DateInput(Field):
    """A date entered in three boxes for day, month and year.

    The month may be a word. The caller decides whether blank parts are allowed.
    """

    component: ClassVar[str] = "date-input"

    @property
    def first_id(self) -> str:
        """Return the id of the date field's day input."""
        return f"{self.name}-day"

    def read(self, posted: Posted) -> Value:
        """Return the day, month and year as typed."""
        return {part: cleaned(posted.get(f"{self.name}-{part}", [""])[-1])[:20] for part in PARTS}

    def wrong(self, value: Value) -> dict[str, str]:
        """Return an error if a required date is blank or the parts are not a valid date.

        The error names the faulty part if it can be identified.
        """
        parts = value if isinstance(value, Mapping) else {}
        if not any(parts.values()):
            return {self.name: self.required} if self.required else {}
        if day_of(parts):
            return {}
        example = word("Enter a date, for example 14 3 2026")
        bad = [part for part in PARTS if number_of(part, parts.get(part, "")) is None]
        return {f"{self.name}-{bad[0]}" if len(bad) == 1 else self.name: example}

    def params(self, value: Value, errors: Mapping[str, str]) -> dict[str, Any]:
        """Return the options for the date component, highlighting only the part with an error."""
        typed = value if isinstance(value, Mapping) else {}
        marked = {part: errors.get(f"{self.name}-{part}", "") for part in PARTS}
        message = errors.get(self.name) or next(filter(None, marked.values()), "")
        labels = {"day": said("Day"), "month": said("Month"), "year": said("Year")}
        return {
            "id": self.name,
            "namePrefix": self.name,
            "fieldset": {"legend": self._caption("govuk-fieldset__legend")},
            "items": [
                {
                    "name": part,
                    "label": labels[part],
                    "value": typed.get(part) or None,
                    "classes": _DATE_WIDTHS[part],
                    "error": bool(marked[part]) if any(marked.values()) else None,
                    "autocomplete": "off",
                }
                for part in PARTS
            ],
        } | self._told({self.name: message})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInput(Field):
    """A file upload that uses the browser's own control.

    Selected files arrive in the request's files and are never redisplayed.
    """

    component: ClassVar[str] = "file-upload"

    multiple: bool = False
    accept: str = ""

    def read(self, posted: Posted) -> Value:
        """Return an empty value, because files are not text."""
        return ""

    def wrong(self, value: Value) -> dict[str, str]:
        """Return no errors.

        The caller checks the files.
        """
        return {}

    def params(self, value: Value, errors: Mapping[str, str]) -> dict[str, Any]:
        """Return the options for the component."""
        attributes = {"accept": self.accept} if self.accept else {}
        return Field.params(self, value, errors) | {"multiple": self.multiple, "attributes": attributes}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden(Field):
    """A hidden input, whose posted value the server does not trust."""

    label: str = ""

    def render(self, value: Value, errors: Mapping[str, str]) -> SafeString:
        """Return the HTML of the hidden control, without a label."""
        return format_html('<input type="hidden" name="{}" value="{}">', self.name, value or "")


def _too_long(name: str, value: Value, limit: int) -> dict[str, str]:
    if not isinstance(value, str) or len(value) <= limit:
        return {}
    words = "This must be {limit} characters or fewer. You have used {count}."
    return {name: word(words, limit=limit, count=len(value))}
