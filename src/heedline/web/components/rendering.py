"""Render components to HTML from their names and options.

The macros in `macros/` write the markup of GOV.UK Frontend 6.6 (and a few components with MoJ classes) from
upstream's own option names, so upstream's fixtures are the test
(`tests/sites/components/test_conformance.py`). They are compiled once for each process. Everything is escaped
unless its creator marked it safe: `{"html": "<b>"}` with a plain string shows the characters. Nothing that is
rendered here is kept. docs/adr/0010 explains why `govuk-frontend-jinja` is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from jinja2 import ChainableUndefined, Environment, FileSystemLoader
from markupsafe import Markup, escape

from heedline.web.components.own_words import word

Params = Mapping[str, Any]
_MISSING = ChainableUndefined()

#: Component (upstream's name) → the file that holds its macro, which is named alike with underscores.
COMPONENTS: dict[str, str] = {
    **dict.fromkeys(
        ("input", "textarea", "select", "file-upload", "radios", "checkboxes", "date-input"), "fields"
    ),
    **dict.fromkeys(
        (
            *(
                "label",
                "hint",
                "error-message",
                "fieldset",
                "button",
                "back-link",
                "skip-link",
                "exit-this-page",
            ),
            *(
                "details",
                "inset-text",
                "warning-text",
                "tag",
                "phase-banner",
                "notification-banner",
                "error-summary",
            ),
            "panel",
        ),
        "content",
    ),
    **dict.fromkeys(("summary-list", "table", "pagination", "breadcrumbs", "language-navigation"), "lists"),
    **dict.fromkeys(("sub-navigation", "timeline", "messages", "badge", "identity-bar", "filter"), "office"),
}


class _Options(Environment):
    """A Jinja environment in which `p.name` reads a key of the options, never a dictionary method.

    `p.items` is the option and never the method. None is treated the same as an absent option.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict):
            found = obj.get(attribute)
            return _MISSING if found is None else found
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, dict):
            found = obj.get(argument)
            return _MISSING if found is None else found
        return super().getitem(obj, argument)


def _attributes(given: object) -> Markup:
    """Return HTML attributes, each preceded by a space.

    `{"value": …, "optional": True}` omits an attribute that is empty. A string is accepted only if it is marked
    safe, because a plain one would turn a user's text into markup.
    """
    if not given:
        return Markup()
    if hasattr(given, "__html__"):
        return Markup(given)  # noqa: S704 (marked safe by its maker)
    if not isinstance(given, Mapping):
        raise TypeError("attributes are a mapping, or a string that is marked safe")
    parts: list[str] = []
    for name, item in given.items():
        optional = isinstance(item, Mapping) and item.get("optional") is True
        value = item.get("value") if isinstance(item, Mapping) else item
        if optional and (value is None or value is False):
            continue
        if optional and value is True:
            parts.append(f" {escape(name)}")
            continue
        words = "" if value is None else str(value).lower() if isinstance(value, bool) else value
        parts.append(f' {escape(name)}="{escape(words)}"')
    return Markup("".join(parts))  # noqa: S704 (each name and value is escaped above)


@cache
def _environment() -> Environment:
    environment = _Options(
        loader=FileSystemLoader(Path(__file__).parent / "macros"),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=ChainableUndefined,
    )
    environment.globals.update(attrs=_attributes, word=word)
    return environment


@cache
def _macro(component: str) -> Callable[[Params], Markup]:
    module = _environment().get_template(f"{COMPONENTS[component]}.jinja").module
    macro: Callable[[Params], Markup] = getattr(module, component.replace("-", "_"))
    return macro


def render(component: str, params: Params) -> SafeString:
    """Return the HTML of a component.

    Raises KeyError if the name is not in `COMPONENTS`.
    """
    return mark_safe(_macro(component)(params))  # noqa: S308 (made by an autoescaping macro)


def warm() -> None:
    """Compile every macro at start-up, so that the first visitor does not have to wait for it."""
    for component in COMPONENTS:
        _macro(component)
